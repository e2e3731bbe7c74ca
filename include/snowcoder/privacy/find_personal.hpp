// SPDX-License-Identifier: Apache-2.0
// All personal values of a file: one pass of the prefilter, then the detectors where it points, then what the file as a whole
// says: digests are no keys, and a value that was found once is replaced wherever it stands.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/assigned_secret.hpp>
#include <snowcoder/privacy/prefilter.hpp>
#include <snowcoder/privacy/private_key.hpp>
#include <snowcoder/privacy/random_string.hpp>
#include <snowcoder/privacy/service_token.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::privacy {

namespace detail {

/// More random strings than this that nothing names are a table: test vectors, digests, encoded data.
inline constexpr std::size_t most_unnamed = 3;

/// A run of more words than this is data or a path, and would cost its square to walk from each of them.
inline constexpr std::size_t most_words = 64;

/// Files that programs write to pin what others published.
constexpr bool holds_digests(std::string_view path) {
  auto const name = path.substr(path.find_last_of('/') + 1);
  for (std::string_view lock :
       {"Brewfile.lock.json", "Cartfile.resolved", "Package.resolved", "package-lock.json", "packages.lock.json"})
    if (name == lock) return true;
  return name.ends_with(".lock") || name.ends_with(".sum") || name.ends_with(".map") || name.ends_with(".svg") ||
         name.ends_with(".css") || path.find("swagger") != path.npos;
}

/// Random strings in tests are made up.
constexpr bool is_test(std::string_view path) {
  for (std::string_view word : {"test", "spec/", "_spec.", "fixture", "mock", "snapshot", "vendor/", "testdata"})
    if (contains_lower(path, word)) return true;
  return false;
}

/// StarCoder's rule: "sha" or "hash" once in every fifty lines or more.
inline bool speaks_of_digests(std::string_view text) {
  std::size_t lines = 0, sha = 0, hash = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    lines += text[i] == '\n';
    char const c = char(text[i] | 32);
    if (c == 's' && equals_ignoring_case(text.substr(i, 3), "sha")) ++sha;
    if (c == 'h' && equals_ignoring_case(text.substr(i, 4), "hash")) ++hash;
  }
  auto const most = lines / 50;
  return sha > most || hash > most;
}

class finder {
 public:
  finder(std::string_view text, kind_set kinds, std::vector<finding>& found) : text_(text), kinds_(kinds), found_(found) {}

  void at_sign(std::size_t i) {
    if (kinds_.has(kind::email))
      if (auto const where = email_at(text_, i)) found_.push_back({kind::email, detector::email, *where});
    if (kinds_.has(kind::password)) add(url_password_at(text_, i));
  }
  void fourth_number(std::size_t i) {
    if (!kinds_.has(kind::ipv4)) return;
    for (int numbers = 0; numbers < 3; ++numbers) {
      if (i == 0 || text_[i - 1] != '.') return;
      --i;
      auto const end = i;
      while (i > 0 && end - i < 4 && is_ascii_digit(text_[i - 1])) --i;
      if (end == i || end - i > 3) return;
    }
    if (auto const where = ipv4_at(text_, i)) found_.push_back({kind::ipv4, detector::ipv4, *where});
  }
  void second_group(std::size_t i) {
    if (!kinds_.has(kind::ipv6)) return;
    if (auto const where = ipv6_at(text_, i - 4)) found_.push_back({kind::ipv6, detector::ipv6, *where});
  }
  void word(std::size_t i) {
    if (!kinds_.secrets()) return;
    if (text_.substr(i, 3) == "KEY" || text_.substr(i, 3) == "Key") add(private_key_at(text_, i));
    add(assigned_secret_at(text_, i));
  }
  void run(std::size_t begin, std::size_t end) {
    if (!kinds_.has(kind::key)) return;
    bool word_begins = true;
    auto const last = end - 8;
    std::size_t words = 0;
    for (auto i = begin; i < last && words < most_words; ++i) {
      bool const inside = is_ascii_alphanumeric(text_[i]);
      if (inside && word_begins) {
        add(service_token_at(text_, i));
        ++words;
      }
      word_begins = !inside;
    }
    add(service_token_around(text_, begin, end));
    if (end - begin >= 24) add(named_key_in(text_, begin, end));
    if (auto const f = random_string(text_, begin, end)) unnamed_.push_back(*f);
  }
  /// Random strings that nothing names, unless the file is full of them.
  std::vector<finding> const& unnamed() const { return unnamed_; }

 private:
  void add(std::optional<finding> const& f) {
    if (f && kinds_.has(f->kind)) found_.push_back(*f);
  }

  std::string_view text_;
  kind_set kinds_;
  std::vector<finding>& found_;
  std::vector<finding> unnamed_;
};

/// In order of place, without overlaps: the more certain of two (the earlier detector), then the longer, stays.
inline void keep_apart(std::vector<finding>& found) {
  auto const rank = [](finding const& f) { return f.detector <= detector::ipv6 ? detector_count : std::size_t(f.detector); };
  std::sort(found.begin(), found.end(), [&](finding const& a, finding const& b) {
    if (a.where.begin != b.where.begin) return a.where.begin < b.where.begin;
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return a.where.end > b.where.end;
  });
  std::size_t kept = 0;
  for (auto const& f : found) {
    if (kept && f.where.begin < found[kept - 1].where.end) {
      if (rank(f) < rank(found[kept - 1])) found[kept - 1] = f;
    } else {
      found[kept++] = f;
    }
  }
  found.resize(kept);
}

/// Keys and passwords that were found stand elsewhere too.
inline void add_repeats(std::string_view text, std::vector<finding>& found) {
  auto const ends = [](char c) { return !is_ascii_alphanumeric(c) && c != '_' && c != '-'; };
  std::vector<std::pair<std::string_view, kind>> values;
  for (auto const& f : found)
    if (f.kind == kind::key || (f.kind == kind::password && f.where.end - f.where.begin >= 8 &&
                                compose(text.substr(f.where.begin, f.where.end - f.where.begin)).digits))
      values.emplace_back(text.substr(f.where.begin, f.where.end - f.where.begin), f.kind);
  if (values.size() > 256) return;  // a file of keys: the search would cost its square
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  for (auto const& [value, kind] : values) {
    if (value.size() > 1024 || value.size() < 8) continue;
    for (auto at = text.find(value); at != text.npos; at = text.find(value, at + value.size()))
      if ((at == 0 || ends(text[at - 1])) && (at + value.size() == text.size() || ends(text[at + value.size()])))
        found.push_back({kind, detector::repeat, {at, at + value.size()}});
  }
}

}  // namespace detail

/// Findings in order of place, none over another. `path` tells lock files and the like; it may be empty.
inline std::vector<finding> find_personal(std::string_view text, std::string_view path = {}, kind_set kinds = all_kinds) {
  std::vector<finding> found;
  detail::finder finder(text, kinds, found);
  each_candidate(text, finder);
  auto const& unnamed = finder.unnamed();
  if (!unnamed.empty() && unnamed.size() <= detail::most_unnamed && !detail::holds_digests(path) && !detail::is_test(path) &&
      !detail::speaks_of_digests(text))
    found.insert(found.end(), unnamed.begin(), unnamed.end());
  if (found.empty()) return found;
  detail::keep_apart(found);
  auto const before = found.size();
  detail::add_repeats(text, found);
  if (found.size() != before) detail::keep_apart(found);
  return found;
}

}  // namespace snowcoder::privacy
