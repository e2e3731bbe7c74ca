// SPDX-License-Identifier: Apache-2.0
// Work that appears file by file in a folder can be continued only by a run that would write the same files. The key of the
// run that began lies in begun.json; what another key left behind is removed.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/pipeline/output_folder.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace snowcoder::pipeline {

/// Begins or continues the work of `program` with `key` in `folder`, which the user named by `flag`; refused in a folder that
/// is not this program's.
inline expected<void> begin_work(std::filesystem::path const& folder, std::string_view program, std::string const& key,
                                 std::string const& flag) {
  auto const stamp = folder / "begun.json";
  if (auto const old = io::read_json(stamp); old && io::text_or(*old, "key") == key) return {};
  SNOWCODER_CHECK(check_output_folder(folder, program, flag));
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
  return io::write_json(stamp, {{"key", key}, {"program", program}});
}

}  // namespace snowcoder::pipeline
