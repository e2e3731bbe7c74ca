// SPDX-License-Identifier: Apache-2.0
// Benchmarks in the JSONL files their authors publish (plain, .gz or .zst): HumanEval and HumanEval+, MBPP and MBPP+, EvoEval,
// BigCodeBench, and any other file whose rows use the field names below. Read to decontaminate, to complete and to judge.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

/// "HumanEvalPlus" for …/HumanEvalPlus.jsonl.gz: how a benchmark is called in messages and tables.
inline std::string benchmark_name(std::filesystem::path const& path) {
  auto name = path.filename().string();
  return name.substr(0, std::min(name.find(".jsonl"), name.find(".json")));
}

namespace detail {

/// The first of `keys` that holds text (or a list of texts, joined by lines); empty when none does.
template <std::size_t N>
std::string text_field(json const& row, std::array<char const*, N> const& keys) {
  for (auto const* key : keys) {
    auto const found = row.find(key);
    if (found == row.end()) continue;
    if (found->is_string()) return found->template get<std::string>();
    if (!found->is_array()) continue;
    std::string joined;
    for (auto const& part : *found)
      if (part.is_string()) (joined += part.template get<std::string>()) += '\n';
    if (!joined.empty()) return joined;
  }
  return {};
}

/// What stands between triple quotes: the words of a task without its signature.
inline std::vector<std::string> doc_strings(std::string_view prompt) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < prompt.size();) {
    auto const first = std::min(prompt.find("\"\"\"", at), prompt.find("'''", at));
    if (first == prompt.npos) break;
    auto const last = std::min(prompt.find(prompt.substr(first, 3), first + 3), prompt.size());
    found.emplace_back(prompt.substr(first + 3, last - first - 3));
    at = last + 3;
  }
  return found;
}

/// A solution that is one whole function, without the line that names it; empty for any other.
inline std::string body_of(std::string_view solution) {
  auto const start = std::min(solution.find_first_not_of(" \t\r\n"), solution.size());
  auto const line = std::min(solution.find('\n', start), solution.size());
  if (!solution.substr(start).starts_with("def ") || solution.substr(0, line).find_last_of(':') == solution.npos) return {};
  return std::string(solution.substr(line));
}

/// A row of MBPP's own file has a sentence, a solution and asserts: no prompt, and nowhere the name of what it asks for. The
/// prompt is bigcode-evaluation-harness's, sentence and first assert as a docstring; the name is that of the solution's
/// function that the first assert calls.
inline void complete_mbpp_row(json const& row, benchmark_task& t) {
  auto const tests = row.find("test_list");
  if (tests == row.end() || !tests->is_array() || tests->empty() || !tests->front().is_string() || !t.entry_point.empty())
    return;
  auto const first = tests->front().get<std::string>();
  for (std::size_t at = 0; (at = t.solution.find("def ", at)) != std::string::npos; at += 4) {
    auto const name = t.solution.substr(at + 4, t.solution.find('(', at) - at - 4);
    if (!name.empty() && first.find(name + "(") != std::string::npos) t.entry_point = name;
  }
  if (t.id.find_first_not_of("0123456789") == std::string::npos) t.id = "Mbpp/" + t.id;
  t.prompt = "\"\"\"\n" + t.prompt + "\n" + first + "\n\"\"\"\n";
  t.test = text_field(row, std::array{"test_setup_code", "test_imports"}) + "\n" + t.test;
}

/// Every text in a row whose fields have no name that is known.
inline void texts_within(json const& value, std::vector<std::string>& texts) {
  if (value.is_string())
    texts.push_back(value.get<std::string>());
  else if (value.is_structured())
    for (auto const& part : value) texts_within(part, texts);
}

/// Python writes NaN and Infinity, which JSON does not know; outside of strings they become null.
inline std::string without_python_numbers(std::string_view line) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && quoted) {
      out += line[i++];
      if (i < line.size()) out += line[i];
      continue;
    }
    if (line[i] == '"') quoted = !quoted;
    std::string_view const rest = line.substr(i);
    std::size_t skipped = 0;
    if (!quoted)
      for (std::string_view number : {"-Infinity", "Infinity", "NaN"})
        if (!skipped && rest.starts_with(number)) skipped = number.size();
    if (skipped) {
      out += "null";
      i += skipped - 1;
    } else {
      out += line[i];
    }
  }
  return out;
}

inline expected<benchmark_task> benchmark_row(json const& row, std::string const& where, bool any_text) {
  if (!row.is_object()) return failure("a benchmark row is not a JSON object", where);
  benchmark_task t;
  if (auto const id = row.find("task_id"); id != row.end())
    t.id = id->is_string() ? id->get<std::string>() : to_line(*id);
  else
    t.id = text_field(row, std::array{"id", "name", "question_id"});
  if (t.id.empty()) t.id = where.substr(where.find_last_of('/') + 1);
  t.prompt = text_field(row, std::array{"complete_prompt", "prompt", "text", "instruct_prompt", "question"});
  t.solution = text_field(row, std::array{"canonical_solution", "solution", "code"});
  t.test = text_field(row, std::array{"test", "assertion", "test_list"});
  t.entry_point = text_field(row, std::array{"entry_point"});
  complete_mbpp_row(row, t);
  if (t.has_cases())
    if (auto signature = text_field(row, std::array{"code_prompt"}); !signature.empty()) t.stub = signature + "\n    pass\n";
  if (t.prompt.empty() && t.solution.empty() && t.test.empty() && any_text) texts_within(row, t.texts);
  if (t.prompt.empty() && t.solution.empty() && t.test.empty() && t.texts.empty())
    return failure("a benchmark row has no prompt, solution or test", where,
                   "expected fields such as prompt, canonical_solution, test");
  auto const keep = [&](std::string text) {
    if (!text.empty() && std::find(t.texts.begin(), t.texts.end(), text) == t.texts.end()) t.texts.push_back(std::move(text));
  };
  keep(t.prompt);
  for (auto& words : doc_strings(t.prompt)) keep(std::move(words));
  keep(t.solution);
  keep(body_of(t.solution));
  for (auto const* key :
       {"prompt", "complete_prompt", "instruct_prompt", "text", "question", "canonical_solution", "solution", "code"})
    keep(text_field(row, std::array{key}));
  return t;
}

/// HumanEval+ and MBPP+ have inputs as JSON, EvoEval as Python's text.
inline bool has_inputs(json const& row) {
  auto const texts = row.find("inputs");
  return (row.contains("base_input") && row.contains("plus_input")) ||
         (texts != row.end() && texts->is_array() && !texts->empty() && texts->front().is_string());
}

inline expected<std::vector<benchmark_task>> benchmark_rows(std::filesystem::path const& path, bool any_text) {
  SNOWCODER_TRY(auto lines, line_reader::open(path));
  std::vector<benchmark_task> tasks;
  for (std::string_view line;;) {
    SNOWCODER_TRY(bool const more, lines.next_row(line));
    if (!more) break;
    auto row = parse_json(line, lines.place());
    if (!row) row = parse_json(without_python_numbers(line), lines.place());
    if (!row) return failure(row.error());
    SNOWCODER_TRY(auto task, benchmark_row(*row, lines.place(), any_text));
    task.suite = benchmark_name(path);
    if (has_inputs(*row)) task.row = line;
    tasks.push_back(std::move(task));
  }
  if (tasks.empty()) return failure("no benchmark tasks", path.string(), "one JSON object per line is expected");
  return tasks;
}

}  // namespace detail

/// Every task of a benchmark file, in file order. `texts` holds prompt, docstrings, solution, its body and instruction, each
/// alone; tests are in `test` only. A row that cannot be read is an error: a benchmark with a hole must not pass for a whole
/// one.
inline expected<std::vector<benchmark_task>> read_benchmark(std::filesystem::path const& path) {
  return detail::benchmark_rows(path, false);
}

/// The same to look for copies only: rows without a field of a known name are tasks too, every text in them counts.
inline expected<std::vector<benchmark_task>> read_benchmark_texts(std::filesystem::path const& path) {
  return detail::benchmark_rows(path, true);
}

}  // namespace snowcoder::io
