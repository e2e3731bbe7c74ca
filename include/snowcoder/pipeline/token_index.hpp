// SPDX-License-Identifier: Apache-2.0
// `tokenize index`: the order in which training reads a token file, as the three arrays of Megatron's GPTDataset
// (document_index, sample_index, shuffle_index; megatron/core/datasets/gpt_dataset.py), for other people's loaders. Ours needs
// none: its order is a function (train/permutation.hpp). So the arrays are written value by value; memory is one buffer each.
//
// document_index   the sequences of PREFIX.idx in file order, once a pass
// sample_index     (place in document_index, first token there) of every sample's begin, and of the end of the last
// shuffle_index    sample of the n-th sequence that training reads, over all passes
// A pass ends with a rest shorter than a sequence. It is a sample too, because samples must join; shuffle_index names these
// last, after everything that training reads, so that len(dataset) is what Megatron expects.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/npy.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/train/loader.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

namespace snowcoder::pipeline {

struct index_options {
  std::filesystem::path tokens, out;  ///< prefix of a token file; folder of the arrays
  std::string phase;                  ///< of the recipe
  std::int64_t sequence = 0;          ///< predictions a sequence; 0: the model's context
  std::int64_t passes = 0;            ///< over the file; 0: as many as the phase trains
};

namespace detail {

template <class T>
expected<void> write_sample_index(std::filesystem::path const& path, io::megatron_file const& file, std::int64_t count,
                                  std::int64_t length, std::int64_t passes, bool fitted) {
  auto const rows = fitted ? passes * count + 1 : passes * (count + 1);
  SNOWCODER_TRY(auto out, io::npy_writer<T>::open(path, rows, 2));
  auto const write = [&](std::int64_t document, std::int64_t offset) -> expected<void> {
    SNOWCODER_CHECK(out.write(T(document)));
    return out.write(T(offset));
  };
  if (fitted) {  // samples are whole documents, so each ends behind the last token of one
    SNOWCODER_CHECK(write(0, 0));
    for (std::int64_t i = 0; i < passes * count; ++i) SNOWCODER_CHECK(write(i, length + 1));
    return out.commit();
  }
  for (std::int64_t pass = 0; pass < passes; ++pass)
    for (std::int64_t sample = 0, document = 0; sample <= count; ++sample) {
      auto const at = sample * length;
      while (file.sequence(document).first + file.sequence(document).second <= at) ++document;
      SNOWCODER_CHECK(write(pass * file.sequences() + document, at - file.sequence(document).first));
    }
  return out.commit();
}

template <class T>
expected<void> write_shuffle_index(std::filesystem::path const& path, train::loader<io::megatron_file> const& data,
                                   std::int64_t passes, bool fitted) {
  auto const count = data.sequences(), apart = count + !fitted;  // samples from one pass to the next
  SNOWCODER_TRY(auto out, io::npy_writer<T>::open(path, fitted ? passes * count : passes * apart - 1));
  for (std::int64_t i = 0; i < passes * count; ++i) SNOWCODER_CHECK(out.write(T(i / count * apart + data.sequence_at(i))));
  for (std::int64_t pass = 0; !fitted && pass + 1 < passes; ++pass) SNOWCODER_CHECK(out.write(T(pass * apart + count)));
  return out.commit();
}

}  // namespace detail

/// Writes OUT/document_index.npy (i32), sample_index.npy (i32, or i64 where Megatron uses that), shuffle_index.npy (u32 or
/// i64) and, last, index.json, which says how Megatron must be configured to read them so.
template <config::recipe R>
expected<outcome> index_tokens(run_context& run, index_options const& options) {
  auto const* const named = config::find_phase(R::curriculum, options.phase);
  if (!named) return failure("the recipe has no such phase", options.phase, "name one of its curriculum");
  auto const& how = *named;
  bool const fitted = how.pack == config::packing::best_fit;
  auto const length = options.sequence > 0 ? options.sequence : std::int64_t(R::model.context);
  SNOWCODER_TRY(auto const file, io::megatron_file::open(options.tokens));
  auto const name = options.tokens.string();
  if (length > std::numeric_limits<std::int32_t>::max() - 1 || file.tokens() < length + 1)
    return failure("too few tokens for one sequence of " + std::to_string(length), name + ".bin", "pack more documents");
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < file.sequences(); ++i) {
    longest = std::max(longest, file.sequence(i).second);
    if (fitted && file.sequence(i).second != length + 1)
      return failure("not packed by best fit for a context of " + std::to_string(length), name + ".idx",
                     "pack the documents again with this recipe and --phase");
  }
  train::loader<io::megatron_file> const data(file, int(length), how.name, how.epochs, run.seed, how.pack);
  auto const trained = how.steps(R::model.context) * how.sequences_per_step;
  auto const passes = options.passes > 0 ? options.passes : (trained + data.sequences() - 1) / data.sequences();
  auto const documents = passes * file.sequences(), samples = passes * (data.sequences() + !fitted) - !fitted;
  if (file.sequences() > std::numeric_limits<std::int32_t>::max())
    return failure("more sequences than Megatron's index counts", name + ".idx", "pack into several files");

  SNOWCODER_TRY(auto const lock, io::folder_lock::take(options.out));
  std::error_code ignored;
  std::filesystem::remove(options.out / "index.json", ignored);  // an old description must not meet new arrays
  SNOWCODER_TRY(auto document_index, io::npy_writer<std::int32_t>::open(options.out / "document_index.npy", documents));
  for (std::int64_t i = 0; i < documents; ++i) SNOWCODER_CHECK(document_index.write(std::int32_t(i % file.sequences())));
  SNOWCODER_CHECK(document_index.commit());
  auto const sample_path = options.out / "sample_index.npy", shuffle_path = options.out / "shuffle_index.npy";
  bool const narrow = std::max(documents, longest) <= std::numeric_limits<std::int32_t>::max();
  SNOWCODER_CHECK(narrow
                      ? detail::write_sample_index<std::int32_t>(sample_path, file, data.sequences(), length, passes, fitted)
                      : detail::write_sample_index<std::int64_t>(sample_path, file, data.sequences(), length, passes, fitted));
  SNOWCODER_CHECK(samples < std::int64_t(std::numeric_limits<std::uint32_t>::max()) - 1
                      ? detail::write_shuffle_index<std::uint32_t>(shuffle_path, data, passes, fitted)
                      : detail::write_shuffle_index<std::int64_t>(shuffle_path, data, passes, fitted));
  SNOWCODER_CHECK(io::write_json(options.out / "index.json", {{"phase", how.name},
                                                              {"seed", run.seed},
                                                              {"packing", name_of(how.pack)},
                                                              {"sequence_length", length + fitted},
                                                              {"add_extra_token_to_sequence", !fitted},
                                                              {"passes", passes},
                                                              {"sequences_per_pass", data.sequences()},
                                                              {"sequences", passes * data.sequences()}}));
  run.say(with_commas(passes * data.sequences()) + " sequences of " + std::to_string(length + 1) + " tokens in " +
          with_commas(passes) + " passes (" + options.out.string() + ")");
  return outcome::done;
}

}  // namespace snowcoder::pipeline
