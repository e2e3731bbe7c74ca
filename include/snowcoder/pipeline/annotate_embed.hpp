// SPDX-License-Identifier: Apache-2.0
// `annotate embed`: vectors of the frozen encoder for documents, plain source files or instructions, computed once and kept.
// For training one vector per text is enough: its first section, as FineWeb-Edu reads a page; `all` keeps the top, middle
// and bottom that scoring reads.
#pragma once

#include <snowcoder/annotate/embedder.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/io/vector_file.hpp>
#include <snowcoder/pipeline/annotate_texts.hpp>
#include <snowcoder/pipeline/begun.hpp>
#include <snowcoder/pipeline/encoder_accuracy.hpp>
#include <snowcoder/pipeline/open_encoder.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct embed_options {
  std::filesystem::path encoder, in, out;
  std::string precision = "f32", device = "cpu";
  std::string sections = "first";  ///< first, or all
  std::string store = "f16";       ///< f16 or f32
  std::int64_t sample = 0;         ///< documents: only so many, in the order in which negatives are drawn; 0: all
};

/// The seed of the annotator's draws: --seed, or the recipe's when it was not given (0).
template <config::recipe R>
std::uint64_t annotator_seed(run_context const& run) {
  return run.seed ? run.seed : R::annotator.seed;
}

namespace detail {

/// The draw below which a document belongs to the sample: the `count`-th smallest among those that may train. Memory: 16 bytes
/// for each of `count`.
inline expected<std::uint64_t> sample_limit(text_source const& source, std::int64_t count, std::uint64_t seed,
                                            config::positive_text how) {
  if (count <= 0 || source.kind != "document") return std::numeric_limits<std::uint64_t>::max();
  draws const order("annotator examples", seed);
  std::vector<std::uint64_t> keys;  // of all that were drawn, the smallest count + 1 and some
  auto const place = [&] { return keys.begin() + std::ptrdiff_t(count); };
  auto const too_many = [&] { return keys.size() > std::size_t(count); };
  SNOWCODER_CHECK(for_each_text(source, how, [&](text_page& page) -> expected<void> {
    for (auto const& t : page.texts)
      if (auto const h = hash(t.text); !annotate::reserved_for_auc(h, seed)) keys.push_back(order(h.high, h.low));
    if (keys.size() < 2 * std::size_t(count) + 4096) return {};
    std::nth_element(keys.begin(), place(), keys.end());
    keys.erase(place() + 1, keys.end());
    return {};
  }));
  if (!too_many()) return std::numeric_limits<std::uint64_t>::max();
  std::nth_element(keys.begin(), place(), keys.end());
  return *place() - 1;
}

}  // namespace detail

template <config::recipe R>
expected<outcome> embed(run_context& run, embed_options const& options) {
  config::annotator const settings = R::annotator;
  auto const seed = annotator_seed<R>(run);
  SNOWCODER_TRY(auto const source, find_texts(options.in, R::notebooks));
  if (source.kind == "document") SNOWCODER_CHECK(io::check_shard_names(source.files));
  return with_encoder<R>(run, options.encoder, options.precision, options.device, [&](auto& session) -> expected<outcome> {
    auto stamp = provenance::of<R>("annotate embed", {{"encoder", session.hash},
                                                      {"sections", options.sections},
                                                      {"store", options.store},
                                                      {"sample", options.sample},
                                                      {"seed", options.sample ? seed : 0}});
    SNOWCODER_CHECK(stamp.add_input(source.place, run.threads));
    auto const rejects_path = options.out / "rejects.jsonl";
    if (stamp.finished(options.out / "provenance.json")) {
      run.say("already done: " + options.out.string());
      return std::filesystem::exists(rejects_path) ? outcome::some_refused : outcome::done;
    }
    SNOWCODER_TRY(auto const lock, io::folder_lock::take(options.out));
    SNOWCODER_CHECK(begin_work(options.out, "annotate embed", stamp.key(), "--out"));
    SNOWCODER_TRY(auto const limit, detail::sample_limit(source, options.sample, seed, settings.instruction));
    draws const order("annotator examples", seed);
    auto const rule = options.sections == "all" ? settings.scored : config::sections::head;
    std::size_t const kept = options.sections == "all" ? 3 : 1;
    auto const width = std::size_t(R::encoder.width);

    io::reject_writer rejects(rejects_path);
    std::int64_t texts = 0, tokens = 0, skipped = 0;
    io::json accuracy;                     // of a narrower precision, measured on the first page
    std::optional<io::vector_writer> out;  // of the shard at hand
    SNOWCODER_TRY(auto const total, count_texts(source));
    run.bar.begin("embed", "texts", total);
    SNOWCODER_CHECK(for_each_text(source, settings.instruction, [&](text_page& page) -> expected<void> {
      for (auto const& r : page.rejects) SNOWCODER_CHECK(rejects.add(r));
      bool const done = std::filesystem::exists(options.out / (page.shard + ".safetensors"));
      std::erase_if(page.texts, [&](named_text const& t) {
        if (limit == std::numeric_limits<std::uint64_t>::max()) return false;
        auto const h = hash(t.text);
        bool const out = annotate::reserved_for_auc(h, seed) || order(h.high, h.low) > limit;
        skipped += out;
        return out;
      });
      texts += std::int64_t(page.texts.size());
      std::vector<std::string_view> views;
      for (auto const& t : page.texts) views.push_back(t.text);
      if (options.precision != "f32" && accuracy.is_null() && !views.empty()) {
        SNOWCODER_TRY(accuracy, encoder_accuracy<R>(session, options.encoder, std::span<std::string_view const>(views),
                                                    settings.section));
        run.say(fmt::format("{} beside f32 on {} sections: cosine {:.6f} at least", options.precision,
                            accuracy["sections"].template get<int>(), accuracy["cosine_least"].template get<double>()));
      }
      if (!done) {
        if (!out) {
          SNOWCODER_TRY(out, io::vector_writer::open(options.out, page.shard, session.hash, std::int64_t(width), kept,
                                                     options.store == "f32" ? dtype::f32 : dtype::f16));
        }
        auto const vectors = annotate::embed_texts(std::span<std::string_view const>(views), session.tokenizer, session.encoder,
                                                   session.threads.pool(), rule, settings.section);
        for (std::size_t i = 0; i < views.size(); ++i) {
          auto const& t = page.texts[i];
          if (!vectors[i].finite())
            return failure("the encoder's vector of " + t.id + " is not finite", options.encoder.string(),
                           options.precision == "f16" ? "halves end at 65504: use --precision bf16"
                                                      : "look whether its weights are numbers");
          std::array<std::span<float const>, 3> sections;
          for (std::size_t s = 0; s < kept; ++s)
            sections[s] =
                std::span<float const>(vectors[i].vectors).subspan(std::size_t(vectors[i].sections.slot[s]) * width, width);
          SNOWCODER_CHECK(
              out->add({t.id, t.language, hash(t.text), source.kind, vectors[i].tokens}, std::span(sections).first(kept)));
        }
        if (page.last) {
          SNOWCODER_CHECK(out->commit());
          out.reset();
        }
      }
      run.bar.advance(page.rows);
      return {};
    }));
    SNOWCODER_CHECK(rejects.commit());
    io::json counts{{"kind", source.kind}, {"texts", texts}, {"left_out", skipped}, {"refused", rejects.rows()}};
    if (!accuracy.is_null()) counts["accuracy"] = accuracy;
    SNOWCODER_CHECK(stamp.write(options.out / "provenance.json", std::move(counts)));
    run.say("vectors of " + with_commas(texts) + " texts (" + options.out.string() + ")");
    return rejects.empty() ? outcome::done : outcome::some_refused;
  });
}

}  // namespace snowcoder::pipeline
