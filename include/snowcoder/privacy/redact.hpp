// SPDX-License-Identifier: Apache-2.0
// Replaces e-mail addresses, public network addresses, keys and passwords as the published data sets do (StarCoder, arXiv
// 2305.06161 section 4): <EMAIL>, <KEY>, <PASSWORD>, and private addresses for public ones. The same value gets the same
// replacement inside a file, and replacements are never redacted again.
#pragma once

#include <snowcoder/privacy/find_personal.hpp>
#include <snowcoder/privacy/replacement.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::privacy {

/// How many values of a kind were replaced, and how many different ones there were.
struct redaction_count {
  std::uint32_t found = 0, different = 0;
  friend bool operator==(redaction_count const&, redaction_count const&) = default;
};

/// One value that was replaced: who found it, its bytes in the text that came, and those of its replacement in the result.
struct redacted_span {
  finding what;
  span result;
  friend bool operator==(redacted_span const&, redacted_span const&) = default;
};

struct redaction {
  std::string text;
  std::vector<redacted_span> spans;                ///< in order of place
  std::array<redaction_count, kind_count> counts;  ///< by kind
  redaction_count of(kind k) const { return counts[std::size_t(k)]; }
  bool changed() const { return !spans.empty(); }
};

namespace detail {

/// `text` with `found` (in order, apart) replaced.
inline redaction replaced(std::string_view text, std::vector<finding> const& found) {
  redaction r;
  std::map<std::pair<kind, std::string_view>, std::string_view> seen;
  std::size_t copied = 0;
  for (auto const& f : found) {
    auto& count = r.counts[std::size_t(f.kind)];
    auto const [entry, is_new] = seen.try_emplace({f.kind, text.substr(f.where.begin, f.where.end - f.where.begin)});
    if (is_new) {
      auto const n = count.different++;
      entry->second = f.kind == kind::email  ? email_replacement
                      : f.kind == kind::key  ? key_replacement
                      : f.kind == kind::ipv4 ? ipv4_replacements[n % ipv4_replacements.size()]
                      : f.kind == kind::ipv6 ? ipv6_replacements[n % ipv6_replacements.size()]
                                             : password_replacement;
    }
    ++count.found;
    r.text.append(text, copied, f.where.begin - copied);
    r.spans.push_back({f, {r.text.size(), r.text.size() + entry->second.size()}});
    r.text += entry->second;
    copied = f.where.end;
  }
  r.text.append(text, copied, text.npos);
  return r;
}

/// What was found in the result of `r`, as places in the text that came, joined with what `r` replaced: a finding that holds
/// a replacement takes the place of what was replaced there. Both lists are in order and apart.
inline std::vector<finding> joined(redaction const& r, std::vector<finding> const& again) {
  auto const origin = [&](std::size_t at, bool is_end) {
    auto const after =
        std::lower_bound(r.spans.begin(), r.spans.end(), at, [](auto const& s, auto i) { return s.result.begin < i; });
    if (after == r.spans.begin()) return at;
    auto const& last = after[-1];  // the replacement that begins before the place
    if (at < last.result.end) return is_end ? last.what.where.end : last.what.where.begin;
    return at - last.result.end + last.what.where.end;
  };
  std::vector<finding> all;
  for (auto f : again) {
    f.where = {origin(f.where.begin, false), origin(f.where.end, true)};
    all.push_back(f);
  }
  auto f = again.begin();
  for (auto const& s : r.spans) {
    while (f != again.end() && f->where.end <= s.result.begin) ++f;
    if (f == again.end() || f->where.begin >= s.result.end) all.push_back(s.what);
  }
  std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.where.begin < b.where.begin; });
  return all;
}

}  // namespace detail

/// The text with its personal values replaced, where they were, and how many. Whether numbers are an address or a version
/// depends on the words around them, so a changed text is looked at until nothing changes: redacting twice is redacting once.
/// `path` tells files that hold digests (lock files); it may be empty.
inline redaction redact(std::string_view text, std::string_view path = {}, kind_set kinds = all_kinds) {
  auto found = find_personal(text, path, kinds);
  auto r = detail::replaced(text, found);
  auto const covered = [](std::vector<finding> const& all) {
    std::size_t bytes = 0;
    for (auto const& f : all) bytes += f.where.end - f.where.begin;
    return bytes;
  };
  while (r.changed()) {
    auto const again = find_personal(r.text, path, kinds);
    if (again.empty()) break;
    auto const before = covered(found);
    found = detail::joined(r, again);
    if (covered(found) <= before) break;
    r = detail::replaced(text, found);
  }
  return r;
}

}  // namespace snowcoder::privacy
