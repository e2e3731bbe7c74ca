// Rolling statistics over the latest sensor readings.
//
// A weather station delivers one reading per second. For a window of fixed length, provide the
// mean, the standard deviation, the minimum and the maximum after every reading in amortised
// constant time. Extremes come from two monotonic queues, the moments from updates that add the
// new reading and take the oldest one out.

#include <cmath>
#include <cstddef>
#include <deque>
#include <functional>
#include <iostream>
#include <stdexcept>

// Keeps only values that can still become the extreme of the window.
template <typename Better>
class ExtremeQueue {
 public:
  void push(double value) {
    while (!values_.empty() && Better{}(value, values_.back())) values_.pop_back();
    values_.push_back(value);
  }
  void expire(double value) {
    if (values_.front() == value) values_.pop_front();
  }
  double front() const { return values_.front(); }

 private:
  std::deque<double> values_;
};

class RollingWindow {
 public:
  explicit RollingWindow(std::size_t length) : length_(length) {
    if (length == 0) throw std::invalid_argument("the window must not be empty");
  }

  void add(double value) {
    if (window_.size() == length_) drop_oldest();
    window_.push_back(value);
    lowest_.push(value);
    highest_.push(value);
    const double delta = value - mean_;
    mean_ += delta / static_cast<double>(window_.size());
    squares_ += delta * (value - mean_);
  }

  double mean() const { return mean_; }
  double minimum() const { return lowest_.front(); }
  double maximum() const { return highest_.front(); }
  double deviation() const {
    if (window_.size() < 2) return 0.0;
    // Rounding may leave a tiny negative sum for constant input.
    return std::sqrt(std::fmax(squares_, 0.0) / static_cast<double>(window_.size() - 1));
  }

 private:
  void drop_oldest() {
    const double value = window_.front();
    window_.pop_front();
    lowest_.expire(value);
    highest_.expire(value);
    if (window_.empty()) {
      mean_ = squares_ = 0;
      return;
    }
    const double delta = value - mean_;
    mean_ -= delta / static_cast<double>(window_.size());
    squares_ -= delta * (value - mean_);
  }

  std::size_t length_;
  std::deque<double> window_;
  ExtremeQueue<std::less<double>> lowest_;
  ExtremeQueue<std::greater<double>> highest_;
  double mean_ = 0;
  double squares_ = 0;
};

int main() {
  RollingWindow wind(4);
  for (double speed : {5.0, 7.5, 6.0, 12.0, 4.5, 4.0}) {
    wind.add(speed);
    std::cout << "mean " << wind.mean() << "  sd " << wind.deviation() << "  range "
              << wind.minimum() << ".." << wind.maximum() << '\n';
  }
}
