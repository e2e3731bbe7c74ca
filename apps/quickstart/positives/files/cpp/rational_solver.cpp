// Exact balancing of mixtures.
//
// A workshop blends alloys so that the result meets several exact requirements, which leads to a
// small square system of linear equations. Floating point would blur the fractions on the order
// sheet, so the system is solved over rational numbers by Gauss-Jordan elimination.

#include <cstddef>
#include <iostream>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

class Rational {
 public:
  Rational(long long numerator = 0, long long denominator = 1)
      : numerator_(numerator), denominator_(denominator) {
    if (denominator == 0) throw std::domain_error("zero denominator");
    if (denominator_ < 0) {
      numerator_ = -numerator_;
      denominator_ = -denominator_;
    }
    const long long common = std::gcd(numerator_, denominator_);
    numerator_ /= common;
    denominator_ /= common;
  }

  bool is_zero() const { return numerator_ == 0; }

  friend Rational operator*(Rational a, Rational b) {
    return {a.numerator_ * b.numerator_, a.denominator_ * b.denominator_};
  }
  friend Rational operator/(Rational a, Rational b) {
    return {a.numerator_ * b.denominator_, a.denominator_ * b.numerator_};
  }
  friend Rational operator-(Rational a, Rational b) {
    return {a.numerator_ * b.denominator_ - b.numerator_ * a.denominator_,
            a.denominator_ * b.denominator_};
  }
  friend std::ostream& operator<<(std::ostream& out, Rational value) {
    out << value.numerator_;
    if (value.denominator_ != 1) out << '/' << value.denominator_;
    return out;
  }

 private:
  long long numerator_;
  long long denominator_;
};

using Matrix = std::vector<std::vector<Rational>>;

// Solves a system given as rows [coefficients | constant]; empty if it is singular.
std::optional<std::vector<Rational>> solve(Matrix rows) {
  const std::size_t size = rows.size();
  for (std::size_t column = 0; column < size; ++column) {
    std::size_t pivot = column;
    while (pivot < size && rows[pivot][column].is_zero()) ++pivot;
    if (pivot == size) return std::nullopt;
    std::swap(rows[pivot], rows[column]);

    const Rational lead = rows[column][column];
    for (Rational& cell : rows[column]) cell = cell / lead;
    for (std::size_t other = 0; other < size; ++other) {
      if (other == column) continue;
      const Rational factor = rows[other][column];
      for (std::size_t k = column; k <= size; ++k) {
        rows[other][k] = rows[other][k] - factor * rows[column][k];
      }
    }
  }
  std::vector<Rational> solution;
  for (const auto& row : rows) solution.push_back(row.back());
  return solution;
}

int main() {
  // Kilograms of three alloys: total mass 10, copper 6 and tin 21/20.
  const Matrix blend = {
      {1, 1, 1, 10},
      {{9, 10}, {1, 2}, {1, 4}, 6},
      {{1, 10}, {1, 10}, {1, 8}, {21, 20}},
  };
  if (const auto masses = solve(blend)) {
    for (const Rational& mass : *masses) std::cout << mass << " kg\n";
  }
}
