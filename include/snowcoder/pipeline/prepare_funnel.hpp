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
  void came_in(config::language l, std::uint32_t repository, std::int64_t bytes) { in_[l].add(repository, bytes); }
  void dropped(config::language l, std::string const& stage, std::string const& reason, std::uint32_t repository,
               std::int64_t bytes) {
    dropped_[l][{stage, reason}].add(repository, bytes);
    all_dropped_[{stage, reason}].add(repository, bytes);
  }
  void kept(config::language l, std::uint32_t repository, std::int64_t bytes) { kept_[l].add(repository, bytes); }

  std::int64_t files_in() const { return sum(in_).files; }
  std::int64_t files_kept() const { return sum(kept_).files; }

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
};

}  // namespace snowcoder::pipeline
