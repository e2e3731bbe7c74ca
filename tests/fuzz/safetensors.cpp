// SPDX-License-Identifier: Apache-2.0
// Weights and what is kept in their form: what was read and written again is read as the same.
#include <snowcoder/annotate/head_file.hpp>
#include <snowcoder/annotate/ngram_file.hpp>
#include <snowcoder/io/safetensors.hpp>
#include <snowcoder/io/vector_file.hpp>

#include "support/made_files.hpp"
#include "target.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace snowcoder;

std::vector<std::string> weights() {
  std::vector<float> const f{1, 2, 3, 4, 5, 6};
  std::vector<std::uint16_t> const h{1, 0x3f80, 0x7c00};
  auto const path = fuzz::on_disk("", "weights");
  std::vector<io::tensor> const all{io::tensor_of<float>("a", {2, 3}, f),
                                    {"b", dtype::bf16, {3}, {reinterpret_cast<char const*>(h.data()), 6}},
                                    {"c", dtype::f16, {3, 1}, {reinterpret_cast<char const*>(h.data()), 6}},
                                    {"none", dtype::f32, {0, 4}, {}}};
  fuzz::expect(io::write_safetensors(path, all, {{"made", "here"}}).has_value(), "seed");
  return {tests::get(path)};
}

void check_weights(std::string_view bytes) {
  auto const file = io::safetensors::open(fuzz::on_disk(bytes, "weights"));
  if (!file) return;
  for (auto const& t : file->tensors()) {
    auto const floats = file->floats(t.name);
    fuzz::expect(!floats || std::int64_t(floats->size()) == t.size(), "a tensor of another size than its shape says");
    fuzz::expect(t.bytes.size() == std::size_t(t.size()) * size_of(t.type), "bytes that do not fill the shape");
  }
  auto const copy = fuzz::on_disk("", "copy");
  auto const written = io::write_safetensors(copy, file->tensors(), file->metadata());
  if (!written) return;  // narrow elements before wide ones are read and not written
  auto const again = io::safetensors::open(copy);
  fuzz::expect(again.has_value(), "weights that were read are not read again");
  fuzz::expect(again->tensors().size() == file->tensors().size(), "tensors are lost");
  for (auto const& t : file->tensors()) {
    auto const* const same = again->find(t.name);
    fuzz::expect(same && same->bytes == t.bytes && same->shape == t.shape && same->type == t.type, "a tensor changed");
  }
}

std::vector<std::string> heads() {
  annotate::stored_head h;
  h.trained = {config::head_shape{}, config::annotator_recipe{}, 4, {}};
  h.trained.parameters.resize(std::size_t(annotate::head::size(h.trained.shape, 4)), 0.5f);
  h.encoder = "abc";
  auto const path = fuzz::on_disk("", "head");
  fuzz::expect(annotate::write_head(path, h).has_value(), "seed");
  annotate::stored_ngrams n;
  n.model.settings.order = 2;
  n.model.settings.bits = 4;
  n.model.weights.resize(16);
  auto const model = fuzz::on_disk("", "ngrams");
  fuzz::expect(annotate::write_ngrams(model, n).has_value(), "seed");
  return {tests::get(path), tests::get(model)};
}

void check_heads(std::string_view bytes) {
  auto const path = fuzz::on_disk(bytes, "head"), copy = fuzz::on_disk("", "copy");
  if (auto const h = annotate::read_head(path)) {
    fuzz::expect(annotate::write_head(copy, *h).has_value(), "a head that was read cannot be written");
    auto const again = annotate::read_head(copy);
    fuzz::expect(again && again->trained.parameters == h->trained.parameters && again->encoder == h->encoder, "a head changed");
  }
  if (auto const n = annotate::read_ngrams(path)) {
    fuzz::expect(annotate::write_ngrams(copy, *n).has_value(), "a model that was read cannot be written");
    auto const again = annotate::read_ngrams(copy);
    fuzz::expect(again && again->model.weights == n->model.weights, "a model changed");
  }
}

std::vector<std::string> vectors() {
  io::vector_table t;
  t.width = 4;
  t.encoder = "abc";
  for (int i = 0; i < 3; ++i)
    t.rows.push_back({"d" + std::to_string(i), config::language::python, hash("x" + std::to_string(i)), "document", 10});
  t.sections = {std::vector<float>(12, 0.5f), std::vector<float>(12, 1.f)};
  auto const folder = fuzz::on_disk("", "vectors/a").parent_path();
  fuzz::expect(io::write_vectors(folder, "a", t, dtype::f16).has_value(), "seed");
  return {'\0' + tests::get(folder / "a.safetensors"), '\1' + tests::get(folder / "a.rows.jsonl.zst")};
}

/// One of the two files is hostile, the other is whole.
void check_vectors(std::string_view bytes) {
  static auto const whole = vectors();
  bool const rows = fuzz::taken(bytes) % 2;
  auto const path = fuzz::on_disk(rows ? std::string_view(whole[0]).substr(1) : bytes, "vectors/a.safetensors");
  fuzz::on_disk(rows ? bytes : std::string_view(whole[1]).substr(1), "vectors/a.rows.jsonl.zst");
  io::vector_table t;
  if (!io::read_vectors(path, t)) return;
  for (auto const& s : t.sections) fuzz::expect(s.size() == t.rows.size() * std::size_t(t.width), "sections of another size");
}

fuzz::registered const a{{"safetensors", weights, check_weights}};
fuzz::registered const b{{"head_file", heads, check_heads}};
fuzz::registered const c{{"vector_file", vectors, check_vectors}};

}  // namespace
