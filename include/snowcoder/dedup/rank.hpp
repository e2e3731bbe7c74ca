// SPDX-License-Identifier: Apache-2.0
// Which of several copies is kept. The rule is a policy type that a recipe names:
//
//   using keeper = dedup::keep_by<dedup::most_stars, dedup::permissive_licence, dedup::largest>;
//
// Rules are asked in turn; the smallest id decides what they leave open. Items are numbered by this order before they are
// compared, so the smallest number of a group is the one to keep.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/hash.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace snowcoder::dedup {

enum class licence_kind : std::uint8_t { permissive, none, other };

struct standing {
  std::int64_t stars = -1;  ///< -1: unknown
  std::int64_t forks = -1;  ///< the same
  licence_kind licence = licence_kind::none;
  std::uint64_t bytes = 0;
  std::int64_t created = 0;  ///< date_number(); 0: unknown
  hash128 id;
};

// ── rules: a name, and a key that is smaller for what is kept ──
struct most_stars {
  static constexpr std::string_view name = "most_stars";
  static constexpr std::int64_t key(standing const& s) { return ~s.stars; }
};
struct most_forks {
  static constexpr std::string_view name = "most_forks";
  static constexpr std::int64_t key(standing const& s) { return ~s.forks; }
};
/// Permissive before undeclared before all others (BigCode's order).
struct permissive_licence {
  static constexpr std::string_view name = "permissive_licence";
  static constexpr int key(standing const& s) { return int(s.licence); }
};
struct largest {
  static constexpr std::string_view name = "largest";
  static constexpr std::uint64_t key(standing const& s) { return ~s.bytes; }
};
struct smallest {
  static constexpr std::string_view name = "smallest";
  static constexpr std::uint64_t key(standing const& s) { return s.bytes; }
};
/// Undated ones come last, here and in `latest`.
struct earliest {
  static constexpr std::string_view name = "earliest";
  static constexpr std::int64_t key(standing const& s) {
    return s.created ? s.created : std::numeric_limits<std::int64_t>::max();
  }
};
struct latest {
  static constexpr std::string_view name = "latest";
  static constexpr std::int64_t key(standing const& s) { return -s.created; }
};

template <class Rule>
concept keep_rule = requires(standing const& s) {
  { Rule::name } -> std::convertible_to<std::string_view>;
  { Rule::key(s) } -> std::totally_ordered;
};

template <keep_rule... Rules>
struct keep_by {
  static constexpr std::string text() {
    std::string out = "keep_by<";
    ((out += out.back() == '<' ? "" : ", ", out += Rules::name), ...);
    return out + ">";
  }
  /// Is `a` kept rather than `b`?
  static constexpr bool prefers(standing const& a, standing const& b) {
    return std::tuple(Rules::key(a)..., a.id) < std::tuple(Rules::key(b)..., b.id);
  }
};

/// Anything that orders copies and prints itself.
template <class K>
concept keeps_one = requires(standing const& s) {
  { K::prefers(s, s) } -> std::same_as<bool>;
  { K::text() } -> std::convertible_to<std::string>;
};

/// Ours.
using default_keeper = keep_by<most_stars, permissive_licence, largest>;
/// BigCode's for The Stack v2 (newest revision last).
using bigcode_keeper = keep_by<permissive_licence, most_stars, most_forks, latest>;
/// The Stack v3's.
using stack_v3_keeper = keep_by<most_stars, most_forks, permissive_licence, earliest>;

/// "2021-03-04T05:06:07Z" as 20210304050607, missing parts as 0; 0 for what is no date. Time zones are not looked at.
constexpr std::int64_t date_number(std::string_view text) {
  std::int64_t number = 0;
  int digits = 0;
  for (char c : text.substr(0, 19)) {
    if (is_ascii_digit(c)) {
      number = number * 10 + (c - '0');
      ++digits;
    } else if (c != '-' && c != ':' && c != 'T' && c != ' ' && c != 'Z') {
      return 0;
    }
  }
  if (digits < 4 || digits > 14) return 0;
  for (; digits < 14; ++digits) number *= 10;
  return number;
}

/// order[0] is the item that is kept rather than all others. Equal items keep their order.
template <keeps_one Keeper = default_keeper>
std::vector<std::uint32_t> ranked(std::span<standing const> items) {
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return Keeper::prefers(items[a], items[b]); });
  return order;
}

}  // namespace snowcoder::dedup
