// Show what changed between two versions of a configuration file.
//
// Lines common to both versions are found as a longest common subsequence; everything else is
// reported as removed or added. Unchanged lines at the start and at the end are stripped first,
// which keeps the quadratic table small in the usual case of a few local edits.

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

using Lines = std::vector<std::string>;

struct Change {
  char kind;  // '-' removed from the old version, '+' added in the new one
  std::size_t line;
  std::string text;
};

class LineDiff {
 public:
  LineDiff(const Lines& before, const Lines& after) : before_(before), after_(after) {
    const std::size_t shorter = std::min(before.size(), after.size());
    while (first_ < shorter && before[first_] == after[first_]) ++first_;
    old_end_ = before.size();
    new_end_ = after.size();
    while (old_end_ > first_ && new_end_ > first_ &&
           before[old_end_ - 1] == after[new_end_ - 1]) {
      --old_end_;
      --new_end_;
    }
  }

  std::vector<Change> changes() const {
    const auto common = common_lengths();
    std::vector<Change> result;
    std::size_t i = first_, j = first_;
    while (i < old_end_ || j < new_end_) {
      const bool both = i < old_end_ && j < new_end_;
      const std::size_t row = i - first_, column = j - first_;
      if (both && before_[i] == after_[j]) {
        ++i;
        ++j;
      } else if (j == new_end_ || (both && common[row + 1][column] >= common[row][column + 1])) {
        result.push_back({'-', i + 1, before_[i]});
        ++i;
      } else {
        result.push_back({'+', j + 1, after_[j]});
        ++j;
      }
    }
    return result;
  }

 private:
  // Entry [i][j]: common lines in the middle part from old line i and new line j onwards.
  std::vector<std::vector<std::size_t>> common_lengths() const {
    const std::size_t rows = old_end_ - first_, columns = new_end_ - first_;
    std::vector<std::vector<std::size_t>> best(rows + 1, std::vector<std::size_t>(columns + 1));
    for (std::size_t i = rows; i-- > 0;) {
      for (std::size_t j = columns; j-- > 0;) {
        best[i][j] = before_[first_ + i] == after_[first_ + j]
                         ? best[i + 1][j + 1] + 1
                         : std::max(best[i + 1][j], best[i][j + 1]);
      }
    }
    return best;
  }

  const Lines& before_;
  const Lines& after_;
  std::size_t first_ = 0;
  std::size_t old_end_ = 0;
  std::size_t new_end_ = 0;
};

int main() {
  const Lines before{"[server]", "port = 80", "threads = 4", "log = info", "[end]"};
  const Lines after{"[server]", "port = 8080", "threads = 4", "tls = on", "log = info", "[end]"};
  for (const Change& change : LineDiff(before, after).changes()) {
    std::cout << change.kind << ' ' << change.line << ": " << change.text << '\n';
  }
}
