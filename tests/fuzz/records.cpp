// SPDX-License-Identifier: Apache-2.0
// Small files of JSON and token files: what was read and written again is read as the same.
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/io/attribute_columns.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/checkpoint_manifest.hpp>
#include <snowcoder/io/evaluation_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/metrics_file.hpp>
#include <snowcoder/io/sample_file.hpp>
#include <snowcoder/io/selection_file.hpp>

#include "support/made_files.hpp"
#include "target.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace snowcoder;

std::vector<std::string> values() {
  return {
      R"({"a":[1,-2.5e300,true,null,"\ud83d\ude00\u0000\n"],"a":{"b":[[],{}]},"":18446744073709551615,
"m":-9223372036854775808})",
      R"(["é",NaN,1e999])"};
}
void check_json(std::string_view bytes) {
  auto const ordered = io::parsed(bytes);
  auto const sorted = io::parsed<io::sorted_json>(bytes);
  fuzz::expect(ordered.is_discarded() == sorted.is_discarded(), "two kinds of JSON take different texts");
  if (ordered.is_discarded()) return;
  auto const line = io::to_line(ordered);
  fuzz::expect(is_utf8(line) && line.find('\n') == line.npos, "a line that is none");
  fuzz::expect(io::parsed(line) == ordered && io::to_line(io::parsed(line)) == line, "a value is not what was written");
  fuzz::expect(io::parsed<io::sorted_json>(line) == sorted, "two kinds of JSON read different values");
}

std::vector<std::string> manifests() {
  io::checkpoint_manifest m;
  m.position.phase = "p";
  m.recipe = "r";
  m.settings = {{"seed", 1}};
  m.parts = {{"model.safetensors", 10, "ab"}};
  return {io::to_line(io::manifest_json(m))};
}
void check_manifest(std::string_view bytes) {
  auto const value = io::parse_json(bytes, "");
  if (!value) return;
  auto const m = io::parse_manifest(*value, "");
  if (!m) return;
  auto const written = io::manifest_json(*m);
  auto const again = io::parse_manifest(written, "");
  fuzz::expect(again && io::manifest_json(*again) == written, "a manifest is not what it was once it is written and read");
}

std::vector<std::string> selections() {
  selection_manifest m;
  m.scorer = "x";
  m.cuts = {{config::language::c, 0.5, 1, 2, 3, 4, 5, 6, 7}};
  m.documents = {{"a", config::language::c, 0.5, 10}, {"b", config::language::other, 0.25, 11}};
  auto const path = fuzz::on_disk("", "selection");
  fuzz::expect(io::write_selection(path, m).has_value(), "seed");
  auto const text = tests::get(path);
  return {text, io::json::parse(text).dump(1)};
}
bool same(selection_manifest const& a, selection_manifest const& b) {
  auto const cut = [](language_cut const& x, language_cut const& y) {
    return x.language == y.language && x.threshold == y.threshold && x.available == y.available && x.shortfall == y.shortfall;
  };
  auto const document = [](chosen_document const& x, chosen_document const& y) {
    return x.id == y.id && x.language == y.language && x.value == y.value && x.tokens == y.tokens;
  };
  return a.scorer == b.scorer && std::equal(a.cuts.begin(), a.cuts.end(), b.cuts.begin(), b.cuts.end(), cut) &&
         std::equal(a.documents.begin(), a.documents.end(), b.documents.begin(), b.documents.end(), document);
}
void check_selection(std::string_view bytes) {
  auto const m = io::read_selection(fuzz::on_disk(bytes, "selection"));
  if (!m) return;
  auto const copy = fuzz::on_disk("", "copy");
  fuzz::expect(io::write_selection(copy, *m).has_value(), "a manifest that was read cannot be written");
  auto const again = io::read_selection(copy);
  fuzz::expect(again && same(*m, *again), "a manifest is not what it was once it is written and read");
}

std::vector<std::string> benchmarks() {
  return {R"x({"task_id":"HumanEval/0","prompt":"def f():\n    \"\"\"doc\"\"\"\n","canonical_solution":"    return 1\n",)x"
          R"x("test":"def check(c):\n    assert c()==1","entry_point":"f"}
{"task_id":2,"text":"Write f.","code":"def f(x):\n  return x","test_list":["assert f(1) == 1"],)x"
          R"x("test_setup_code":"","x":[NaN,-Infinity]}
)x",
          R"x({"task_id":"B/1","complete_prompt":"import x","code_prompt":"def task_func():","test":"class TestCases: pass",)x"
          R"x("entry_point":"task_func"}
{"unknown":{"deep":["a text","another"]},"inputs":["[1]"],"base_input":[],"plus_input":[]})x"};
}
void check_benchmark(std::string_view bytes) {
  auto const path = fuzz::on_disk(bytes, "benchmark.jsonl");
  auto const tasks = io::read_benchmark(path), texts = io::read_benchmark_texts(path);
  if (tasks) fuzz::expect(texts && texts->size() == tasks->size(), "a benchmark that has no texts");
  if (!texts) return;
  for (auto const& t : *texts) {
    fuzz::expect(!t.id.empty() && t.suite == "benchmark", "a task without a name");
    for (auto const& text : t.texts) fuzz::expect(!text.empty() || (t.prompt.empty() && t.solution.empty()), "an empty text");
  }
}

std::vector<std::string> samples() {
  return {io::sample_line({"HumanEval/0", "return 1", false}) + "\n" + io::sample_line({"B/1", "x", true})};
}
void check_samples(std::string_view bytes) {
  auto const all = io::read_samples(fuzz::on_disk(bytes, "samples.jsonl"));
  if (!all) return;
  std::string text;
  for (auto const& s : *all) text += io::sample_line(s) + "\n";
  auto const again = io::read_samples(fuzz::on_disk(text, "samples.jsonl"));
  fuzz::expect(again && again->size() == all->size(), "samples are lost");
  for (std::size_t i = 0; i < all->size(); ++i)
    fuzz::expect((*again)[i].task == (*all)[i].task && (*again)[i].completion == (*all)[i].completion, "a sample changed");
}

std::vector<std::string> steps() {
  training_step s;
  s.step = 1;
  s.loss = 2.5f;
  evaluation_step e;
  e.step = 1;
  e.bits_per_byte = {{"a", 0.5}, {"b", 0.25}};
  auto const line = io::metrics_rows::line(s);
  return {line + line, io::evaluation_rows::line(e)};
}
template <class Rows>
void check_rows(std::filesystem::path const& path) {
  auto const rows = io::read_steps<Rows>(path);
  if (!rows) return;
  for (auto const& row : *rows) {
    auto const line = Rows::line(row);
    auto const again = Rows::parse(std::string_view(line).substr(0, line.size() - 1), "");
    fuzz::expect(again && Rows::line(*again) == line, "a step is not what it was once it is written and read");
    fuzz::expect(!Rows::record(row).empty(), "a step without a record");
  }
}
void check_steps(std::string_view bytes) {
  auto const path = fuzz::on_disk(bytes, "steps.jsonl");
  check_rows<io::metrics_rows>(path);
  check_rows<io::evaluation_rows>(path);
}

std::vector<std::string> attributes_of() {
  return {"{\"id\":\"a\",\"attributes\":{\"q\":[[0,25,0.5]],\"r\":[[0,25,1e3]]}}\n{\"id\":\"b\",\"attributes\":{}}\n"};
}
void check_attributes(std::string_view bytes) {
  auto const dir = fuzz::on_disk(bytes, "attributes/n/c-00000.jsonl.zst").parent_path().parent_path().parent_path();
  auto columns = io::attribute_columns<2>::open(dir, "n", {"q", "r"});
  if (!columns) return;
  for (auto const* id : {"b", "a", "none"})
    if (auto const found = columns->find(id))
      for (auto v : *found) fuzz::expect(std::isfinite(v) || std::isnan(v), "a value that is no number");
}

/// The length of the index, the index, the ids.
std::vector<std::string> tokens() {
  auto const prefix = fuzz::on_disk("", "tokens");
  auto writer = io::megatron_writer::open(prefix, io::id_type::uint16);
  std::vector<token_id> const ids{1, 2, 3, 65535};
  for (int i = 0; i < 3; ++i) {
    fuzz::expect(writer->append(ids).has_value(), "seed");
    writer->end_document();
  }
  fuzz::expect(writer->commit().has_value(), "seed");
  auto const index = tests::get(prefix.string() + ".idx");
  return {char(index.size()) + index + tests::get(prefix.string() + ".bin")};
}
void check_tokens(std::string_view bytes) {
  auto const length = fuzz::taken(bytes);
  fuzz::on_disk(bytes.substr(std::min<std::size_t>(length, bytes.size())), "tokens.bin");
  auto prefix = fuzz::on_disk(bytes.substr(0, length), "tokens.idx");
  auto const f = io::megatron_file::open(prefix.replace_extension());
  if (!f) return;
  std::int64_t sum = 0;
  std::vector<token_id> ids;
  for (std::int64_t i = 0; i < f->sequences(); ++i) {
    auto const [first, count] = f->sequence(i);
    fuzz::expect(first == sum, "sequences that do not follow each other");
    ids.resize(std::size_t(count));
    f->copy(first, ids);
    sum += count;
  }
  fuzz::expect(sum == f->tokens() && f->document_begin(f->documents()) == f->sequences(), "tokens that belong to nobody");
}

fuzz::registered const a{{"json", values, check_json, 1000}};
fuzz::registered const b{{"checkpoint_manifest", manifests, check_manifest, 1000}};
fuzz::registered const c{{"selection_file", selections, check_selection}};
fuzz::registered const d{{"benchmark_file", benchmarks, check_benchmark}};
fuzz::registered const e{{"sample_file", samples, check_samples}};
fuzz::registered const f{{"step_file", steps, check_steps}};
fuzz::registered const g{{"attribute_columns", attributes_of, check_attributes}};
fuzz::registered const h{{"megatron", tokens, check_tokens}};

}  // namespace
