// SPDX-License-Identifier: Apache-2.0
// The data funnel: how many files, bytes and repositories came in, fell out at which rule, and are left, by language.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/reject.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// One dropped file: the reject, and where the file stood.
struct dropped_file {
  reject why;
  std::string repository, path;
  config::language language = config::language::other;
  std::int64_t bytes = 0;
};

inline std::string dropped_line(dropped_file const& d) {
  return io::to_line({{"id", d.why.id},
                      {"stage", d.why.stage},
                      {"reason", d.why.reason},
                      {"detail", d.why.detail},
                      {"repository", d.repository},
                      {"path", d.path},
                      {"language", config::title(d.language)},
                      {"bytes", d.bytes}});
}

class funnel {
 public:
  /// `repository` is a number that stands for its name.
  void came_in(config::language l, std::uint32_t repository, std::int64_t bytes) {
    in_[l].add(repository, bytes);
    ++of(repository).files;
  }
  void dropped(config::language l, std::string const& stage, std::string const& reason, std::uint32_t repository,
               std::int64_t bytes) {
    dropped_[l][{stage, reason}].add(repository, bytes);
    all_dropped_[{stage, reason}].add(repository, bytes);
    auto& r = of(repository);
    r.exact_duplicates += stage == "exact_duplicate";
    r.near_duplicates += stage == "near_duplicate";
    r.held_out += stage == "held_out";
  }
  void kept(config::language l, std::uint32_t repository, std::int64_t bytes) {
    kept_[l].add(repository, bytes);
    ++of(repository).kept;
  }

  /// What is left of one repository, in files. Duplicates leave holes in repositories; this says how large.
  struct completeness {
    std::int64_t files = 0, kept = 0, held_out = 0, exact_duplicates = 0, near_duplicates = 0;
    /// Kept or held out, of the files that no other rule dropped.
    double share() const {
      auto const left = kept + held_out, all = left + exact_duplicates + near_duplicates;
      return all ? double(left) / double(all) : 0.0;
    }
  };
  /// Whether nothing has come in.
  bool empty() const { return in_.empty(); }
  completeness of_repository(std::uint32_t number) const {
    return number < repositories_.size() ? repositories_[number] : completeness{};
  }

  /// {"languages": [{"language", "in": {files, bytes, repositories}, "dropped": [{stage, reason, …}], "kept"}], "total"}.
  io::json to_json() const {
    io::json languages = io::json::array();
    for (auto const& [l, in] : in_) {
      auto const kept = kept_.find(l);
      auto const dropped = dropped_.find(l);
      languages.push_back({{"language", config::title(l)},
                           {"in", in.to_json()},
                           {"dropped", dropped == dropped_.end() ? io::json::array() : reasons(dropped->second)},
                           {"kept", kept == kept_.end() ? count{}.to_json() : kept->second.to_json()}});
    }
    return {{"languages", std::move(languages)},
            {"total", {{"in", sum(in_).to_json()}, {"dropped", reasons(all_dropped_)}, {"kept", sum(kept_).to_json()}}}};
  }

 private:
  struct count {
    std::int64_t files = 0, bytes = 0;
    std::vector<bool> repositories;
    void add(std::uint32_t repository, std::int64_t n) {
      ++files;
      bytes += n;
      if (repository >= repositories.size()) repositories.resize(repository + 1);
      repositories[repository] = true;
    }
    void join(count const& other) {
      files += other.files;
      bytes += other.bytes;
      if (other.repositories.size() > repositories.size()) repositories.resize(other.repositories.size());
      for (std::size_t i = 0; i < other.repositories.size(); ++i)
        if (other.repositories[i]) repositories[i] = true;
    }
    io::json to_json() const {
      std::int64_t n = 0;
      for (bool one : repositories) n += one;
      return {{"files", files}, {"bytes", bytes}, {"repositories", n}};
    }
  };
  completeness& of(std::uint32_t repository) {
    if (repository >= repositories_.size()) repositories_.resize(repository + 1);
    return repositories_[repository];
  }
  using by_reason = std::map<std::pair<std::string, std::string>, count>;

  /// In the order of the stages, not of their names.
  static io::json reasons(by_reason const& dropped) {
    io::json list = io::json::array();
    for (auto const* stage : {"ingest", "language", "filter", "exact_duplicate", "near_duplicate", "contamination", "held_out"})
      for (auto const& [key, n] : dropped)
        if (key.first == stage) {
          io::json row{{"stage", key.first}, {"reason", key.second}};
          row.update(n.to_json());
          list.push_back(std::move(row));
        }
    return list;
  }
  static count sum(std::map<config::language, count> const& counts) {
    count all;
    for (auto const& [l, n] : counts) all.join(n);
    return all;
  }

  std::map<config::language, count> in_, kept_;
  std::map<config::language, by_reason> dropped_;
  by_reason all_dropped_;
  std::vector<completeness> repositories_;  // by number
};

/// {"repository", "files", "kept", "held_out", "exact_duplicates", "near_duplicates", "completeness"}.
inline std::string completeness_line(std::string const& repository, funnel::completeness const& c) {
  return io::to_line({{"repository", repository},
                      {"files", c.files},
                      {"kept", c.kept},
                      {"held_out", c.held_out},
                      {"exact_duplicates", c.exact_duplicates},
                      {"near_duplicates", c.near_duplicates},
                      {"completeness", c.share()}});
}

}  // namespace snowcoder::pipeline
