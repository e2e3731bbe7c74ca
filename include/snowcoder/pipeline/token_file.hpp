// SPDX-License-Identifier: Apache-2.0
// A token file as the loader sees it: one long row of ids, and a short hash of what is in it, so that a resumed run can
// tell that it still reads the same file.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/pipeline/packed_tokenizer.hpp>
#include <snowcoder/record/token_id.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::pipeline {

template <config::named_model R>
class token_file {
 public:
  /// Opens PREFIX.bin and PREFIX.idx. Refused: fewer tokens than one sequence, ids outside the model's vocabulary in the
  /// blocks that are looked at, and, where a phase packs by best fit, sequences that are not of context + 1 tokens.
  static expected<token_file> open(std::filesystem::path const& prefix, config::packing pack = config::packing::concatenate) {
    for (auto const* end : {".bin", ".idx"})
      if (!std::filesystem::exists(prefix.string() + end))
        return failure("no token file here", prefix.string() + end, "make it with `tokenize pack --phase NAME --out PREFIX`");
    SNOWCODER_TRY(auto file, io::megatron_file::open(prefix));
    token_file f(std::move(file));
    if (f.tokens() < R::model.context + 1)
      return failure(
          "too few tokens: " + std::to_string(f.tokens()) + ", one sequence needs " + std::to_string(R::model.context + 1),
          prefix.string() + ".bin", "pack more documents");
    for (std::int64_t i = 0; pack == config::packing::best_fit && i < f.file_.sequences(); ++i)
      if (f.file_.sequence(i).second != R::model.context + 1)
        return failure("not packed by best fit for a context of " + std::to_string(R::model.context), prefix.string() + ".idx",
                       "pack the documents again with this recipe and --phase");
    SNOWCODER_TRY(auto index, io::mapped_file::open(prefix.string() + ".idx"));
    auto h = hash(index.bytes());
    std::vector<token_id> ids(block);
    auto const blocks = std::min<std::int64_t>(64, (f.tokens() + block - 1) / block);
    for (std::int64_t b = 0; b < blocks; ++b) {
      auto const first = blocks < 64 ? b * block : std::int64_t(double(f.tokens() - block) * double(b) / 63);
      std::span const here(ids.data(), std::size_t(std::min<std::int64_t>(block, f.tokens() - first)));
      f.copy(first, here);
      for (auto id : here)
        if (id < 0 || id >= R::model.vocabulary)
          return failure(
              "token id " + std::to_string(id) + " is outside the vocabulary of " + std::to_string(R::model.vocabulary),
              prefix.string() + ".bin", "pack the documents with this recipe's tokenizer");
      h = hash({reinterpret_cast<char const*>(here.data()), here.size_bytes()}, mix64(h.high, h.low));
    }
    f.identity_ = h.hex();
    f.tokenizer_ = packed_tokenizer(prefix);
    return f;
  }

  std::int64_t tokens() const { return file_.tokens(); }
  void copy(std::int64_t first, std::span<token_id> out) const { file_.copy(first, out); }
  /// Hash of the index and of up to 64 blocks of ids, spread over the file.
  std::string const& identity() const { return identity_; }
  /// Hash of the tokenizer.json that made it; empty when nobody says.
  std::string const& tokenizer() const { return tokenizer_; }

 private:
  static constexpr std::int64_t block = 1 << 18;
  explicit token_file(io::megatron_file file) : file_(std::move(file)) {}
  io::megatron_file file_;
  std::string identity_, tokenizer_;
};

}  // namespace snowcoder::pipeline
