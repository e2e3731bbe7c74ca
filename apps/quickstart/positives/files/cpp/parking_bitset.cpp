// Bay allocation in a parking garage.
//
// Bays are numbered along one ramp. Cars need one bay, vans two and coaches four neighbouring
// bays. Occupancy is a bitset packed into 64-bit words; a run of free bays is found by shifting
// the set of free bays against itself. Departing vehicles give their bays back.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

class ParkingRamp {
 public:
  explicit ParkingRamp(int sections) : free_(sections, ~std::uint64_t{0}) {}

  // Parks a vehicle in the first run of free bays; runs never cross a 64-bay section.
  std::optional<int> park(const std::string& plate, int bays) {
    if (bays < 1 || bays > 64) throw std::invalid_argument("a vehicle needs 1 to 64 bays");
    if (parked_.count(plate) != 0) throw std::logic_error(plate + " is already parked");
    for (std::size_t section = 0; section < free_.size(); ++section) {
      const std::uint64_t starts = run_starts(free_[section], bays);
      if (starts == 0) continue;
      const int offset = std::countr_zero(starts);
      free_[section] &= ~mask(offset, bays);
      const int first = static_cast<int>(section) * 64 + offset;
      parked_[plate] = {first, bays};
      return first;
    }
    return std::nullopt;
  }

  bool leave(const std::string& plate) {
    const auto found = parked_.find(plate);
    if (found == parked_.end()) return false;
    const auto [first, bays] = found->second;
    free_[first / 64] |= mask(first % 64, bays);
    parked_.erase(found);
    return true;
  }

  int free_bays() const {
    int total = 0;
    for (std::uint64_t section : free_) total += std::popcount(section);
    return total;
  }

 private:
  struct Run {
    int first;
    int bays;
  };

  static std::uint64_t mask(int offset, int bays) {
    return (~std::uint64_t{0} >> (64 - bays)) << offset;
  }

  // Bit i of the result is set if bits i .. i + length - 1 of `bits` are all set.
  static std::uint64_t run_starts(std::uint64_t bits, int length) {
    for (int covered = 1; covered < length;) {
      const int step = std::min(covered, length - covered);
      bits &= bits >> step;
      covered += step;
    }
    return bits;
  }

  std::vector<std::uint64_t> free_;
  std::map<std::string, Run> parked_;
};

int main() {
  ParkingRamp ramp(2);
  ramp.park("car-1", 1);
  ramp.park("van-7", 2);
  ramp.park("car-2", 1);
  ramp.leave("van-7");
  std::cout << "coach from bay " << ramp.park("coach-3", 4).value() << '\n';
  std::cout << "car in bay " << ramp.park("car-9", 1).value() << '\n';
  std::cout << ramp.free_bays() << " bays left\n";
}
