// SPDX-License-Identifier: Apache-2.0
// `annotate train`: a head from cached vectors and a file that says what each vector is. Rows of the labels file:
//   {"folder": "files", "label": 1}              every vector of the --vectors folder of that name is a positive: high-quality
//                                                code, or an instruction where the folder was embedded from instructions
//   {"folder": "clean", "label": "negatives"}    (or 0) the folder's vectors are drawn from as negatives
//   {"folder": "clean", "label": "edu_head"}     positives are those that the head --edu-head scores high enough (ANN-INS)
//   {"id": "…", "label": 3.5}                    one vector's own label (ANN-EDU)
#pragma once

#include <snowcoder/annotate/head_file.hpp>
#include <snowcoder/annotate/head_training.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/vector_file.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/provenance.hpp>

#include <fmt/core.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct train_head_options {
  std::vector<std::filesystem::path> vectors;
  std::filesystem::path labels, out, edu_head;
  std::string recipe, shape;  ///< empty: the recipe's
};

namespace detail {

/// The last part of a path, also where it ends in '/'.
inline std::string folder_name(std::filesystem::path const& p) {
  auto const clean = p.lexically_normal();
  return (clean.has_filename() ? clean : clean.parent_path()).filename().string();
}

class label_reader {
 public:
  label_reader(std::map<std::string, io::vector_table> const& tables, std::optional<annotate::stored_head> const& edu,
               double threshold)
      : tables_(tables), edu_(edu), threshold_(threshold) {}

  expected<std::vector<annotate::candidate_example>> read(std::filesystem::path const& path) {
    SNOWCODER_TRY(auto lines, io::line_reader::open(path));
    std::string_view line;
    for (;;) {
      SNOWCODER_TRY(bool const more, lines.next(line));
      if (!more) break;
      if (line.find_first_not_of(" \t\r") == line.npos) continue;
      SNOWCODER_TRY(auto const row, io::parse_json(line, lines.place()));
      auto const label = io::value_or_null(row, "label");
      auto const folder = io::text_or(row, "folder"), id = io::text_or(row, "id");
      if (folder.empty() == id.empty() || !(label.is_number() || label.is_string()))
        return failure("a label row needs \"folder\" or \"id\", and \"label\"", lines.place());
      SNOWCODER_CHECK(folder.empty() ? add_one(id, label, lines.place()) : add_folder(folder, label, lines.place()));
    }
    if (found_.empty()) return failure("no labels", path.string());
    return std::move(found_);
  }

 private:
  expected<void> add_folder(std::string const& folder, io::json const& label, std::string const& place) {
    auto const table = tables_.find(folder);
    if (table == tables_.end()) return failure("no --vectors folder is called \"" + folder + "\"", place);
    auto const word = label.is_string() ? label.get<std::string>() : "";
    bool const negatives = word == "negatives" || (label.is_number() && label.get<double>() == 0),
               educated = word == "edu_head";
    if (!negatives && !educated && !(label.is_number() && label.get<double>() == 1))
      return failure("the label of a folder is 1, 0, \"negatives\" or \"edu_head\"", place);
    if (educated && !edu_) return failure("\"edu_head\" needs --edu-head FILE", place, "train one with --recipe edu");
    auto const& t = table->second;
    for (std::size_t i = 0; i < t.rows.size(); ++i) {
      if (educated && double(edu_->trained(t.top(i))) < threshold_) continue;
      auto const role = negatives                         ? annotate::part::negative
                        : educated                        ? annotate::part::educated
                        : t.rows[i].kind == "instruction" ? annotate::part::instruction
                                                          : annotate::part::file;
      found_.push_back({t.rows[i].content, t.rows[i].language, role, 0, t.top(i)});
    }
    return {};
  }
  expected<void> add_one(std::string const& id, io::json const& label, std::string const& place) {
    if (!label.is_number()) return failure("the label of an id is a number", place);
    if (by_id_.empty())
      for (auto const& [name, t] : tables_)
        for (std::size_t i = 0; i < t.rows.size(); ++i) by_id_.emplace(t.rows[i].id, std::pair(&t, i));
    auto const found = by_id_.find(id);
    if (found == by_id_.end()) {
      unknown_.push_back({id, "annotate", "label_without_vector", place});
      return {};
    }
    auto const& [t, i] = found->second;
    found_.push_back({t->rows[i].content, t->rows[i].language, annotate::part::labelled, label.get<float>(), t->top(i)});
    return {};
  }

 public:
  std::vector<reject> const& unknown() const { return unknown_; }  ///< labels whose id has no vector

 private:
  std::map<std::string, io::vector_table> const& tables_;
  std::optional<annotate::stored_head> const& edu_;
  double threshold_;
  std::vector<annotate::candidate_example> found_;
  std::unordered_map<std::string, std::pair<io::vector_table const*, std::size_t>> by_id_;
  std::vector<reject> unknown_;
};

}  // namespace detail

template <config::recipe R>
expected<outcome> train_annotator(run_context& run, train_head_options const& options) {
  config::annotator const settings = R::annotator;
  auto const seed = annotator_seed<R>(run);
  auto const recipe =
      options.recipe.empty() ? std::optional(settings.recipe) : from_name<config::annotator_recipe>(options.recipe);
  auto const shape = options.shape.empty() ? std::optional(settings.head) : from_name<config::head_shape>(options.shape);
  if (!recipe || !shape) return failure("unknown annotator recipe or head shape", options.recipe + " " + options.shape);

  auto stamp = provenance::of<R>("annotate train", {{"recipe", name_of(*recipe)}, {"shape", name_of(*shape)}, {"seed", seed}});
  SNOWCODER_CHECK(stamp.add_input(options.labels));
  for (auto const& folder : options.vectors) SNOWCODER_CHECK(stamp.add_input(folder));
  if (!options.edu_head.empty()) {
    SNOWCODER_CHECK(stamp.add_input(options.edu_head));
  }
  auto const beside = std::filesystem::path(options.out).replace_extension().string();
  auto const stamp_path = beside + ".provenance.json", rejects_path = beside + ".rejects.jsonl";
  if (stamp.finished(stamp_path) && std::filesystem::exists(options.out)) {
    run.say("already done: " + options.out.string());
    return std::filesystem::exists(rejects_path) ? outcome::some_refused : outcome::done;
  }

  std::map<std::string, io::vector_table> tables;
  std::string encoder;
  for (auto const& folder : options.vectors) {
    SNOWCODER_TRY(auto table, io::read_vectors(folder));
    if (table.width != R::encoder.width)
      return failure(
          "vectors of width " + std::to_string(table.width) + ", the recipe's encoder has " + std::to_string(R::encoder.width),
          folder.string());
    if (encoder.empty()) encoder = table.encoder;
    if (encoder != table.encoder)
      return failure("vectors of another encoder than those before", folder.string(),
                     "embed all folders with one --encoder and --precision");
    auto const name = detail::folder_name(folder);
    if (!tables.emplace(name, std::move(table)).second)
      return failure("two --vectors folders are called \"" + name + "\"", folder.string());
  }
  std::optional<annotate::stored_head> edu;
  if (!options.edu_head.empty()) {
    SNOWCODER_TRY(edu, annotate::read_head(options.edu_head));
    if (edu->trained.recipe != config::annotator_recipe::edu || edu->encoder != encoder)
      return failure("not an ANN-EDU head for these vectors", options.edu_head.string(),
                     "train one with --recipe edu on vectors of the same encoder");
  }
  detail::label_reader labels(tables, edu, settings.edu_threshold);
  SNOWCODER_TRY(auto const candidates, labels.read(options.labels));
  auto set = annotate::make_training_set(candidates, settings, *recipe, seed);
  if (!set) {
    set.error().where = options.labels.string();
    return failure(std::move(set).error());
  }
  cpu::device device(run.threads);
  run.bar.begin("train head", "epochs", settings.epochs);
  auto const best = annotate::train_head(device, *set, R::encoder.width, settings, *recipe, *shape, seed,
                                         [&](int epoch, annotate::head_quality const& q) {
                                           run.bar.advance();
                                           run.bar.remark(fmt::format("quality {:.4f}, loss {:.4f}", q.quality, q.loss));
                                           run.log.event("epoch", {{"epoch", epoch}, {"held_out", annotate::json_of(q)}});
                                         });
  annotate::stored_head stored{best.trained, encoder, seed, {}};
  stored.about = {{"recipe_name", R::name},
                  {"fingerprint", config::fingerprint<R>.hex()},
                  {"positives", set->positives},
                  {"negatives", set->negatives},
                  {"labelled", set->labelled},
                  {"reserved", set->reserved},
                  {"labels_without_vector", labels.unknown().size()},
                  {"held_out", annotate::json_of(best.quality)}};
  SNOWCODER_CHECK(annotate::write_head(options.out, stored));
  SNOWCODER_CHECK(io::write_rejects(rejects_path, labels.unknown()));
  SNOWCODER_CHECK(stamp.write(stamp_path, {{"positives", set->positives},
                                           {"negatives", set->negatives},
                                           {"labelled", set->labelled},
                                           {"reserved", set->reserved},
                                           {"refused", labels.unknown().size()}}));
  run.say(fmt::format(
      "{} head ({}): {} positives, {} negatives, {} labelled; held out {} examples, {} {:.4f} in epoch {} of {}",
      name_of(*recipe), name_of(*shape), set->positives, set->negatives, set->labelled, best.quality.held_out,
      annotate::is_regression(*recipe) ? "macro-F1" : "ROC-AUC", best.quality.quality, best.quality.epoch, settings.epochs));
  return labels.unknown().empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline
