// SPDX-License-Identifier: Apache-2.0
// Distinct names in their order, and the number of each. They are copied, so that no file stays open for them. Memory: 16 bytes
// and its letters for every name that is added.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

class name_table {
 public:
  void add(std::string_view name) {
    if (letters_.empty() || letters_.back().capacity() - letters_.back().size() < name.size())
      letters_.emplace_back().reserve(std::max(block, name.size()));
    auto& here = letters_.back();
    names_.emplace_back(here.data() + here.size(), name.size());
    here += name;
  }
  /// After the last add.
  void sort() {
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  }
  std::vector<std::string_view> const& names() const { return names_; }
  /// Where each of some names stands, all of which were added.
  std::vector<std::uint32_t> numbers_of(std::vector<std::string_view> const& some) const {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(some.size());
    for (auto name : some)
      numbers.push_back(std::uint32_t(std::lower_bound(names_.begin(), names_.end(), name) - names_.begin()));
    return numbers;
  }

 private:
  static constexpr std::size_t block = std::size_t(1) << 20;
  std::deque<std::string> letters_;  // none grows beyond what was reserved: names stay where they are
  std::vector<std::string_view> names_;
};

}  // namespace snowcoder::pipeline
