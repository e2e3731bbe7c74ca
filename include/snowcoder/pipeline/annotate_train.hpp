// SPDX-License-Identifier: Apache-2.0
// `annotate train`: a head from cached vectors and a file that says what each vector is (pipeline/label_reader.hpp). `--recipe
// all` trains the four of the paper from vectors that are read once: ANN-EDU first, whose head then chooses the positives of
// ANN-INS.
#pragma once

#include <snowcoder/annotate/head_file.hpp>
#include <snowcoder/annotate/head_training.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/vector_file.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/label_reader.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct train_head_options {
  std::vector<std::filesystem::path> vectors;
  std::filesystem::path labels, out, edu_head;
  std::string recipe, shape;  ///< empty: the recipe's; recipe "all": the four, `out` is a folder
};

namespace detail {

/// Vectors by the names of their folders, all of one encoder.
struct vector_tables {
  std::map<std::string, io::vector_table> by_name;
  std::string encoder;
};
template <config::recipe R>
expected<vector_tables> read_tables(std::vector<std::filesystem::path> const& folders) {
  vector_tables all;
  for (auto const& folder : folders) {
    SNOWCODER_TRY(auto table, io::read_vectors(folder, 1));  // heads learn from the first section
    if (table.width != R::encoder.width)
      return failure(
          "vectors of width " + std::to_string(table.width) + ", the recipe's encoder has " + std::to_string(R::encoder.width),
          folder.string());
    if (all.encoder.empty()) all.encoder = table.encoder;
    if (all.encoder != table.encoder)
      return failure("vectors of another encoder than those before", folder.string(),
                     "embed all folders with one --encoder and --precision");
    auto const name = last_part(folder);
    if (!all.by_name.emplace(name, std::move(table)).second)
      return failure("two --vectors folders are called \"" + name + "\"", folder.string());
  }
  return all;
}

/// One head of a run: its recipe, where it goes, and the head that chooses its educated positives.
struct head_job {
  config::annotator_recipe recipe;
  std::filesystem::path out, edu_head;
};

/// Trains and writes one head.
template <config::recipe R>
expected<outcome> train_one(run_context& run, train_head_options const& options, head_job const& job, config::head_shape shape,
                            std::uint64_t seed, vector_tables const& tables, provenance const& stamp) {
  config::annotator const settings = R::annotator;
  std::optional<annotate::stored_head> edu;
  if (!job.edu_head.empty()) {
    SNOWCODER_TRY(edu, annotate::read_head(job.edu_head));
    if (edu->trained.recipe != config::annotator_recipe::edu || edu->encoder != tables.encoder)
      return failure("not an ANN-EDU head for these vectors", job.edu_head.string(),
                     "train one with --recipe edu on vectors of the same encoder");
  }
  label_reader labels(tables.by_name, edu, job.recipe == config::annotator_recipe::ins, settings.edu_threshold);
  SNOWCODER_TRY(auto const candidates, labels.read(options.labels));
  auto set = annotate::make_training_set(candidates, settings, job.recipe, seed);
  if (!set) {
    set.error().where = options.labels.string();
    return failure(std::move(set).error());
  }
  cpu::device device(run.threads);
  run.bar.begin("train head", "epochs", settings.epochs);
  auto const best = annotate::train_head(device, *set, R::encoder.width, settings, job.recipe, shape, seed,
                                         [&](int epoch, annotate::head_quality const& q) {
                                           run.bar.advance();
                                           run.bar.remark(fmt::format("quality {:.4f}, loss {:.4f}", q.quality, q.loss));
                                           run.log.event("epoch", {{"epoch", epoch}, {"held_out", annotate::json_of(q)}});
                                         });
  auto const& q = best.quality;
  annotate::stored_head stored{best.trained, tables.encoder, seed, {}};
  stored.about = {{"recipe_name", R::name},
                  {"fingerprint", config::fingerprint<R>.hex()},
                  {"positives", set->positives},
                  {"negatives", set->negatives},
                  {"labelled", set->labelled},
                  {"reserved", set->reserved},
                  {"labels_without_vector", labels.unknown().size()},
                  {"held_out", annotate::json_of(q)}};
  io::json const counts{{"positives", set->positives},
                        {"negatives", set->negatives},
                        {"labelled", set->labelled},
                        {"reserved", set->reserved},
                        {"refused", labels.unknown().size()}};
  SNOWCODER_CHECK(stamp.write_file(job.out, counts, [&]() -> expected<void> {
    SNOWCODER_CHECK(annotate::write_head(job.out, stored));
    return io::write_rejects(io::rejects_beside(job.out), labels.unknown());
  }));
  run.say(fmt::format(
      "{} head ({}): {} positives, {} negatives, {} labelled; held out {} examples: macro-F1 {:.4f}, ROC-AUC {:.4f}, "
      "calibration error {:.4f}, epoch {} of {}",
      name_of(job.recipe), name_of(shape), set->positives, set->negatives, set->labelled, q.held_out, q.macro_f1, q.roc_auc,
      annotate::calibration_error(q.calibration), q.epoch, settings.epochs));
  return labels.unknown().empty() ? outcome::done : outcome::some_refused;
}

}  // namespace detail

template <config::recipe R>
expected<outcome> train_annotator(run_context& run, train_head_options const& options) {
  config::annotator const settings = R::annotator;
  auto const seed = annotator_seed<R>(run);
  auto const shape = options.shape.empty() ? std::optional(settings.head) : from_name<config::head_shape>(options.shape);
  auto const recipe =
      options.recipe.empty() ? std::optional(settings.recipe) : from_name<config::annotator_recipe>(options.recipe);
  if (!shape || (!recipe && options.recipe != "all"))
    return failure("unknown annotator recipe or head shape", options.recipe + " " + options.shape);
  std::vector<detail::head_job> jobs;
  if (options.recipe == "all") {
    using enum config::annotator_recipe;
    for (auto r : {edu, ins, hq, hqins}) jobs.push_back({r, options.out / (std::string(name_of(r)) + ".safetensors"), {}});
    jobs[1].edu_head = options.edu_head.empty() ? jobs[0].out : options.edu_head;
  } else {
    jobs.push_back({*recipe, options.out, options.edu_head});
  }

  std::vector<std::pair<std::filesystem::path, hash128>> inputs;
  auto paths = options.vectors;
  paths.insert(paths.begin(), options.labels);
  for (auto const& path : paths) {
    SNOWCODER_TRY(auto const content, content_hash(path, run.threads));
    inputs.emplace_back(path, content);
  }
  std::optional<detail::vector_tables> tables;  // read when a head is not there yet
  bool refused = false;
  for (auto const& job : jobs) {
    auto stamp =
        provenance::of<R>("annotate train", {{"recipe", name_of(job.recipe)}, {"shape", name_of(*shape)}, {"seed", seed}});
    for (auto const& [path, content] : inputs) stamp.add_input(path, content);
    if (!job.edu_head.empty()) {
      SNOWCODER_CHECK(stamp.add_input(job.edu_head));
    }
    SNOWCODER_TRY(auto const before, finished_before(run, stamp, job.out));
    if (before) {
      refused |= before == outcome::some_refused;
      continue;
    }
    if (!tables) {
      SNOWCODER_TRY(tables, detail::read_tables<R>(options.vectors));
    }
    SNOWCODER_TRY(auto const done, detail::train_one<R>(run, options, job, *shape, seed, *tables, stamp));
    refused |= done == outcome::some_refused;
  }
  return refused ? outcome::some_refused : outcome::done;
}

}  // namespace snowcoder::pipeline
