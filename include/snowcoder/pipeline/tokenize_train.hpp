// SPDX-License-Identifier: Apache-2.0
// `tokenize train`: a vocabulary from clean documents.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/pipeline/document_scatter.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>
#include <snowcoder/tokenize/notebook.hpp>
#include <snowcoder/tokenize/symbol_text.hpp>
#include <snowcoder/tokenize/word_counts.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct train_tokenizer_options {
  std::filesystem::path in, out;
  int vocabulary = 0;                           ///< 0: the recipe's
  std::int64_t sample = std::int64_t(4) << 30;  ///< bytes of text, about
  std::int64_t memory = std::int64_t(4) << 30;  ///< bytes; a sample whose distinct words need more is refused
};

namespace detail {

/// The share of documents to read for about `sample` bytes of text, judged by the size of the shards: code shrinks to about
/// a quarter under zstd.
inline double share_to_read(std::vector<std::filesystem::path> const& shards, std::int64_t sample) {
  double bytes = 0;
  std::error_code ignored;
  for (auto const& s : shards) bytes += double(std::filesystem::file_size(s, ignored)) * (s.extension() == ".jsonl" ? 1 : 4);
  return bytes > double(sample) ? double(sample) / bytes : 1;
}

/// Checked so often that a budget is overrun by little.
inline constexpr std::int64_t documents_per_look = 256;

/// An estimate: 16 bytes for a byte of distinct words. Measured with 64,000 ids, the whole process at its peak: code, 192 to
/// 241 MB for 11.3 MB of words (565 MB of text) and 644 MB for 41 MB (2.6 GB of text); random letters, 587 MB for 19.5 MB.
/// However much memory there is, the trainer numbers the letters and the ends of words in 32 bits.
inline expected<void> fits(std::size_t word_bytes, std::int64_t memory, std::size_t words = 0) {
  if (word_bytes + words >= tokenize::symbol_text<std::uint32_t>::most)
    return failure("the distinct words of the sample are 4 GiB or more", "--sample", "give a smaller one");
  if (double(word_bytes) * 16 <= double(memory)) return {};
  return failure("the distinct words of the sample need more than " + binary_bytes_text(double(memory)), "--memory",
                 "give more memory or a smaller --sample");
}

}  // namespace detail

/// Trains on a sample of the documents below `options.in`, drawn by id, and writes a tokenizer.json.
template <config::recipe R>
expected<outcome> train_tokenizer(run_context& run, train_tokenizer_options const& options) {
  auto settings = R::vocabulary;
  if (options.vocabulary) settings.size = options.vocabulary;
  auto const least = int(config::sentinels.size()) + 256;
  if (settings.size < least || settings.size > R::model.vocabulary)
    return failure("vocabulary of " + std::to_string(settings.size) + " ids", "--vocabulary",
                   "between " + std::to_string(least) + " and the model's " + std::to_string(R::model.vocabulary));
  auto const folder = io::documents_folder(options.in);
  auto stamp =
      provenance::of<R>("tokenize train", {{"vocabulary", settings.size}, {"sample", options.sample}, {"seed", run.seed}});
  SNOWCODER_CHECK(stamp.add_input(folder, run.threads));
  SNOWCODER_TRY(auto const before, finished_before(run, stamp, options.out));
  if (before) return *before;

  SNOWCODER_TRY(auto const shards, io::document_shards(options.in));
  double const share = detail::share_to_read(shards, options.sample);
  draws const chosen("documents that train the tokenizer", run.seed);
  thread_pool pool(run.threads);
  tokenize::word_counts counts;
  std::atomic<std::int64_t> documents = 0, bytes = 0;
  run.bar.begin("count words", "documents", 0);
  io::reject_writer rejects(io::rejects_beside(options.out));
  SNOWCODER_CHECK(scatter_documents(shards, "tokenize", pool, rejects, [&](document const& d) -> expected<void> {
    run.bar.advance();
    if (share < 1 && chosen.uniform(hash64(d.id)) >= share) return {};
    auto const count = [&](std::string_view text) { counts.add<typename R::splitter>(text); };
    if (tokenize::is_structured_notebook(R::notebooks, d.language, d.text))
      tokenize::split_notebook(d.text, count, [](token_id) {});  // a sentinel is no word
    else
      count(d.text);
    bytes += std::int64_t(d.text.size());
    if (++documents % detail::documents_per_look == 0) return detail::fits(counts.word_bytes(), options.memory);
    return {};
  }));
  SNOWCODER_CHECK(detail::fits(counts.word_bytes(), options.memory));
  auto words = counts.take();
  auto const distinct = words.size();
  SNOWCODER_CHECK(detail::fits(words.bytes(), options.memory, distinct));
  auto const vocabulary = tokenize::train_byte_pairs<typename R::splitter>(std::move(words), settings, run.bar);
  if (int(vocabulary.tokens.size()) < settings.size)
    run.say("only " + std::to_string(vocabulary.tokens.size()) + " tokens: no further pair occurs " +
            std::to_string(settings.minimum_frequency) + " times");
  io::json const numbers{{"documents", documents.load()},
                         {"bytes", bytes.load()},
                         {"words", distinct},
                         {"share", share},
                         {"tokens", vocabulary.tokens.size()},
                         {"merges", vocabulary.merges.size()},
                         {"refused", rejects.rows()}};
  SNOWCODER_CHECK(stamp.write_file(options.out, numbers, [&]() -> expected<void> {
    SNOWCODER_CHECK(io::write_tokenizer(options.out, vocabulary));
    return rejects.commit();
  }));
  run.say(with_commas(std::int64_t(distinct)) + " distinct words");
  run.say("vocabulary of " + with_commas(std::int64_t(vocabulary.tokens.size())) + " from " + with_commas(documents.load()) +
          " documents, " + bytes_text(double(bytes.load())) + " (" + options.out.string() + ")");
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline
