// SPDX-License-Identifier: Apache-2.0
// Work that appears file by file in a folder can be continued only by a run that would write the same files. The key of the
// run that began lies in begun.json; what another key left behind is removed.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace snowcoder::pipeline {

/// Begins or continues work with `key` in `folder`.
inline expected<void> begin_work(std::filesystem::path const& folder, std::string const& key) {
  auto const stamp = folder / "begun.json";
  if (auto const old = io::read_json(stamp); old && io::text_or(*old, "key") == key) return {};
  std::error_code e;
  std::filesystem::create_directories(folder, e);
  for (auto const& entry : std::filesystem::directory_iterator(folder, e)) {
    auto const name = entry.path().filename().string();
    bool const ours = name == "provenance.json" || name == "rejects.jsonl" || name.ends_with(".jsonl.zst") ||
                      name.ends_with(".safetensors") || name.ends_with(".scored");
    std::error_code ignored;
    if (ours) std::filesystem::remove(entry.path(), ignored);
  }
  if (e) return failure(e.message(), folder.string(), "check that the folder can be written");
  return io::write_json(stamp, {{"key", key}});
}

}  // namespace snowcoder::pipeline
