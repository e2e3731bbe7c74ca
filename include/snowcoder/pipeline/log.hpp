// SPDX-License-Identifier: Apache-2.0
// The --log FILE of every program: one JSON object per line, with the time and an event name. spdlog is named here only.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace snowcoder::pipeline {

/// Writes nothing when it was given no file.
class event_log {
 public:
  event_log() = default;
  static expected<event_log> open(std::filesystem::path const& path) {
    event_log log;
    log.path_ = path;
    if (path.empty()) return log;
    try {
      log.sink_ =
          std::make_shared<spdlog::logger>("events", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
      log.sink_->set_pattern("%v");
      log.sink_->flush_on(spdlog::level::info);
      log.sink_->set_error_handler([lost = log.lost_](std::string const&) { *lost = true; });
    } catch (spdlog::spdlog_ex const& e) {
      return failure(e.what(), path.string(), "give --log a file in an existing folder");
    }
    return log;
  }
  void event(std::string const& name, io::json fields = io::json::object()) const {
    if (!sink_) return;
    auto const now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    io::json line{{"time", now}, {"event", name}};
    line.update(fields);
    sink_->info("{}", io::to_line(line));
  }
  /// An error where an event could not be written: that stops no work, so who asks at the end is told.
  expected<void> complete() const {
    if (!*lost_) return {};
    return failure("events could not be written", path_.string(), "the rest is done; make room, or give --log another file");
  }

 private:
  std::filesystem::path path_;
  std::shared_ptr<spdlog::logger> sink_;
  std::shared_ptr<std::atomic<bool>> lost_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace snowcoder::pipeline
