// SPDX-License-Identifier: Apache-2.0
// A checkpoint is a folder: model.safetensors (f32 weights under their Hugging Face names), optimizer.safetensors (both
// moments) and checkpoint.json, written last with the checksums of the others. The folder appears by one rename, so a
// checkpoint that can be seen is whole; what a disk does to it afterwards is caught by the checksums.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/checkpoint_manifest.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/safetensors.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

inline constexpr char model_part[] = "model.safetensors", optimizer_part[] = "optimizer.safetensors";

/// One file to be written.
struct checkpoint_part {
  std::string file;
  std::vector<tensor> tensors;
};

/// The whole path of a folder, which ends with its name: of "run/imported/" too, and of "imported" or "." in the folder at
/// hand.
inline std::filesystem::path whole_path(std::filesystem::path const& folder) {
  auto path = std::filesystem::absolute(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

/// Writes the folder `folder`, replacing one of that name. `m.parts` is filled in from `parts`.
inline expected<void> write_checkpoint(std::filesystem::path const& folder, checkpoint_manifest m,
                                       std::span<checkpoint_part const> parts) {
  namespace fs = std::filesystem;
  auto const path = whole_path(folder);
  auto const beside = [&](char const* end) { return path.parent_path() / (path.filename().string() + end); };
  auto const staging = beside(".part"), before = beside(".before.part");
  std::error_code e;
  for (auto const& left : {staging, before}) fs::remove_all(left, e);  // by a run that was killed
  if (fs::create_directories(staging, e); e) return failure(e.message(), staging.string(), "check that the folder is writable");
  m.parts.clear();
  for (auto const& p : parts) {
    auto const file = staging / p.file;
    SNOWCODER_CHECK(write_safetensors(file, p.tensors));
    SNOWCODER_TRY(auto written, mapped_file::open(file));
    m.parts.push_back({p.file, written.bytes().size(), hash(written.bytes()).hex()});
  }
  SNOWCODER_CHECK(write_json(staging / "checkpoint.json", manifest_json(m)));
  SNOWCODER_CHECK(sync_folder(staging));
  if (fs::exists(path)) fs::rename(path, before, e);  // whole: half of one that is being removed must not be seen
  if (fs::rename(staging, path, e); e) return failure(e.message(), path.string());
  SNOWCODER_CHECK(sync_folder(path.parent_path()));
  fs::remove_all(before, e);
  return {};
}

/// A checkpoint on disk. Opening reads checkpoint.json; every file is verified when it is asked for.
class checkpoint {
 public:
  static expected<checkpoint> open(std::filesystem::path const& folder) {
    checkpoint c;
    c.folder_ = folder;
    auto const path = folder / "checkpoint.json";
    if (!std::filesystem::exists(path))
      return failure("no checkpoint here (checkpoint.json is missing)", folder.string(),
                     "give a folder that train has written");
    SNOWCODER_TRY(auto value, read_json(path));
    SNOWCODER_TRY(c.manifest_, parse_manifest(value, path.string()));
    return c;
  }

  std::filesystem::path const& folder() const { return folder_; }
  checkpoint_manifest const& manifest() const { return manifest_; }

  /// Checksum that stands in checkpoint.json; empty when there is no such file.
  std::string checksum(std::string_view file) const {
    for (auto const& p : manifest_.parts)
      if (p.file == file) return p.hash;
    return {};
  }

  /// A file of the checkpoint, after its size and checksum were found right.
  expected<safetensors> file(std::string_view name) const {
    auto const path = folder_ / name;
    auto const part =
        std::find_if(manifest_.parts.begin(), manifest_.parts.end(), [&](auto const& p) { return p.file == name; });
    if (part == manifest_.parts.end()) return failure("the checkpoint has no such file", path.string());
    {
      SNOWCODER_TRY(auto bytes, mapped_file::open(path));
      if (bytes.bytes().size() != part->bytes)
        return failure(
            "torn file: " + std::to_string(bytes.bytes().size()) + " bytes instead of " + std::to_string(part->bytes),
            path.string(), "use an earlier checkpoint");
      if (hash(bytes.bytes()).hex() != part->hash)
        return failure("checksum does not match", path.string(), "use an earlier checkpoint");
    }
    return safetensors::open(path);
  }

  /// Whether weights of this checkpoint fit a model whose text hashes to `model`.
  expected<void> check_model(std::string_view model, std::string_view recipe) const {
    if (manifest_.model == model) return {};
    return failure("checkpoint of another model (recipe " + manifest_.recipe + ", not " + std::string(recipe) + ")",
                   folder_.string(), "use the programs built for the recipe that trained it");
  }

 private:
  checkpoint() = default;
  std::filesystem::path folder_;
  checkpoint_manifest manifest_;
};

inline std::string checkpoint_name(std::int64_t step) {
  auto digits = std::to_string(step);
  return "step-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

/// The step folders of a phase, earliest first; unfinished ones (.part) and folders of strangers are not among them.
inline std::vector<std::pair<std::int64_t, std::filesystem::path>> checkpoints_in(std::filesystem::path const& phase) {
  std::vector<std::pair<std::int64_t, std::filesystem::path>> found;
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(phase, ignored)) {
    auto const name = entry.path().filename().string();
    std::int64_t step = 0;
    if (name.starts_with("step-")) std::from_chars(name.data() + 5, name.data() + name.size(), step);
    if (step >= 0 && name == checkpoint_name(step)) found.emplace_back(step, entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// RUN of RUN/checkpoints/<phase>/<step>.
inline std::filesystem::path run_folder_of(std::filesystem::path const& checkpoint) {
  return whole_path(checkpoint).parent_path().parent_path().parent_path();
}

/// Removes all but the last `kept` step folders of a phase, and whatever a killed run left unfinished.
inline void retain_checkpoints(std::filesystem::path const& phase, std::size_t kept) {
  std::error_code ignored;
  auto const all = checkpoints_in(phase);
  for (std::size_t i = 0; i + kept < all.size(); ++i) std::filesystem::remove_all(all[i].second, ignored);
  std::vector<std::filesystem::path> unfinished;
  for (auto const& entry : std::filesystem::directory_iterator(phase, ignored))
    if (entry.path().extension() == ".part") unfinished.push_back(entry.path());
  for (auto const& path : unfinished) std::filesystem::remove_all(path, ignored);
}

}  // namespace snowcoder::io
