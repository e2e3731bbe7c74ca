// SPDX-License-Identifier: Apache-2.0
// provenance.json: what made an output folder. Also the memory of finished work: a program whose recipe, inputs and
// settings have the key of the stamp that lies in its output folder has nothing left to do.
#pragma once

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/version.hpp>
#include <snowcoder/io/content_hash.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::pipeline {

using io::content_hash;

/// The stamp of a single file: FILE.provenance.json.
inline std::filesystem::path stamp_beside(std::filesystem::path const& file) { return file.string() + ".provenance.json"; }

class provenance {
 public:
  /// `settings`: every flag that changes the output (not threads, not paths of outputs).
  template <config::recipe R>
  static provenance of(std::string_view program, io::json settings) {
    provenance p;
    p.value_ = {
        {"program", program},
        {"version", version},
        {"recipe", {{"name", R::name}, {"fingerprint", config::fingerprint<R>.hex()}, {"text", config::recipe_text<R>()}}},
        {"settings", std::move(settings)},
        {"inputs", io::json::array()}};
    return p;
  }
  /// The files of a folder are read by `threads`.
  expected<void> add_input(std::filesystem::path const& path, int threads = 1) {
    SNOWCODER_TRY(auto h, content_hash(path, threads));
    add_input(path, h);
    return {};
  }
  /// An input whose content the caller has hashed.
  void add_input(std::filesystem::path const& path, hash128 content) {
    value_["inputs"].push_back({{"path", path.string()}, {"hash", content.hex()}});
  }
  /// Depends on program, version, recipe, settings and the contents of the inputs; not on where they lie.
  std::string key() const {
    auto v = value_;
    for (auto& input : v["inputs"]) input.erase("path");
    return hash(io::to_line({v["program"], v["version"], v["recipe"]["fingerprint"], v["settings"], v["inputs"]})).hex();
  }
  /// Was `stamp` (DIR/provenance.json) written by a run with this key?
  bool finished(std::filesystem::path const& stamp) const {
    auto old = io::read_json(stamp);
    return old && old->contains("key") && (*old)["key"] == key();
  }
  /// Says who is at work in a folder whose stamp this is; nothing is finished there until write().
  expected<void> begin(std::filesystem::path const& stamp) const { return io::write_json(stamp, value_); }
  /// Written last: counts in and out by reason, bytes, whatever a reader of the folder asks.
  expected<void> write(std::filesystem::path const& stamp, io::json counts) const {
    auto v = value_;
    v["key"] = key();
    v["counts"] = std::move(counts);
    v["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
    return io::write_json(stamp, v);
  }
  /// A single file, which make() writes with what else lies beside it, and then its stamp. That of an earlier run goes first:
  /// left beside another's file, by a kill or a full disk, it would say that what it names lies there.
  template <class Make>
  expected<void> write_file(std::filesystem::path const& file, io::json counts, Make const& make) const {
    auto const stamp = stamp_beside(file);
    std::error_code e;
    std::filesystem::remove(stamp, e);
    if (e) return failure(e.message(), stamp.string(), "remove it by hand");
    SNOWCODER_CHECK(make());
    return write(stamp, std::move(counts));
  }

 private:
  io::json value_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// For a program that writes one file: how the run ended that has written `file` with the key of `stamp`, if there was one.
/// Refused, before there is any work, where a folder has the file's name.
inline expected<std::optional<outcome>> finished_before(run_context const& run, provenance const& stamp,
                                                        std::filesystem::path const& file) {
  SNOWCODER_CHECK(io::check_file_place(file));
  if (!stamp.finished(stamp_beside(file)) || !std::filesystem::exists(file)) return std::optional<outcome>();
  run.say("already done: " + file.string());
  return std::filesystem::exists(io::rejects_beside(file)) ? outcome::some_refused : outcome::done;
}

}  // namespace snowcoder::pipeline
