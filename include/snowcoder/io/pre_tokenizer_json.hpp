// SPDX-License-Identifier: Apache-2.0
// How tokenizer.json spells the splitters of this library, in both directions, in the words of the published files (GPT-2,
// StarCoder2, Llama 3, Qwen2, gpt-oss, Mistral NeMo, DeepSeek-Coder). What is spelled otherwise is refused, never guessed.
#pragma once

#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

namespace detail {

// A pre-tokenizer as a list of steps in one spelling: "bytes" (ByteLevel without a regex), "digits" (each alone), "cut "
// and a regex (Split, Isolated), "keep " and a regex (Split, Removed and inverted: what does not match is dropped).
using split_steps = std::vector<std::string>;

inline constexpr std::string_view gpt2_expression =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

inline std::string llama3_expression(std::string_view number) {
  return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|)" + std::string(number) +
         R"(| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}
inline std::string o200k_expression(std::string_view number, std::string_view contraction) {
  std::string const lead = R"([^\r\n\p{L}\p{N}]?)", head = R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])",
                    tail = R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])", after(contraction);
  return lead + head + "*" + tail + "+" + after + "|" + lead + head + "+" + tail + "*" + after + "|" + std::string(number) +
         R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
}

/// Every splitter with its steps.
inline std::vector<std::pair<std::string_view, split_steps>> const& spelled_splitters() {
  static std::vector<std::pair<std::string_view, split_steps>> const all{
      {"gpt2_split", {"cut " + std::string(gpt2_expression), "bytes"}},
      {"starcoder_split", {"digits", "cut " + std::string(gpt2_expression), "bytes"}},
      {"llama3_split", {"cut " + llama3_expression(R"(\p{N}{1,3})"), "bytes"}},
      {"qwen2_split", {"cut " + llama3_expression(R"(\p{N})"), "bytes"}},
      {"o200k_split", {"cut " + o200k_expression(R"(\p{N}{1,3})", "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"), "bytes"}},
      {"tekken_split", {"cut " + o200k_expression(R"(\p{N})", ""), "bytes"}},
      {"deepseek_coder_split",
       {"cut [\r\n]", R"(cut \s?\p{L}+)", R"(cut \s?\p{P}+)", "cut [一-龥ࠀ-一가-퟿]+", "digits", "bytes"}}};
  return all;
}

/// Appends the steps of one pre-tokenizer. False for one that no step stands for, and then `refused` names it.
template <class Json>
bool read_split_steps(Json const& stated, split_steps& steps, std::string& refused) {
  auto const refuse = [&](std::string what) {
    refused = std::move(what);
    return false;
  };
  auto const type = text_or(stated, "type");
  if (type == "Sequence") {
    auto const parts = value_or_null(stated, "pretokenizers");
    if (!parts.is_array()) return refuse("Sequence without pretokenizers");
    for (auto const& part : parts)
      if (!read_split_steps(part, steps, refused)) return false;
  } else if (type == "ByteLevel") {
    if (flag_or(stated, "add_prefix_space", true)) return refuse("ByteLevel with add_prefix_space");
    if (flag_or(stated, "use_regex", true)) steps.push_back("cut " + std::string(gpt2_expression));
    steps.push_back("bytes");
  } else if (type == "Digits") {
    if (!flag_or(stated, "individual_digits", false)) return refuse("Digits without individual_digits");
    steps.push_back("digits");
  } else if (type == "Split") {
    auto const expression = text_or(value_or_null(stated, "pattern"), "Regex");
    auto const behavior = text_or(stated, "behavior");
    if (expression.empty()) return refuse("Split without a Regex");
    if (behavior != "Isolated" && !(behavior == "Removed" && flag_or(stated, "invert", false)))
      return refuse("Split with behavior " + behavior);
    steps.push_back((behavior == "Isolated" ? "cut " : "keep ") + expression);
  } else {
    return refuse(type.empty() ? "no type" : type);
  }
  return true;
}

}  // namespace detail

/// How tokenizer.json spells a splitter of this library; null for another name.
inline json pre_tokenizer_of(std::string_view splitter) {
  auto const bytes = [](bool use_regex) {
    return json{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", use_regex}};
  };
  for (auto const& [name, steps] : detail::spelled_splitters()) {
    if (name != splitter) continue;
    json parts = json::array();
    for (auto const& step : steps) {
      if (step == "digits")
        parts.push_back({{"type", "Digits"}, {"individual_digits", true}});
      else if (step == "bytes")
        parts.push_back(bytes(false));
      else if (auto const expression = step.substr(4); expression != detail::gpt2_expression)
        parts.push_back({{"type", "Split"}, {"pattern", {{"Regex", expression}}}, {"behavior", "Isolated"}, {"invert", false}});
    }
    if (name == "gpt2_split" || name == "starcoder_split") parts.back() = bytes(true);  // it has GPT-2's regex itself
    if (name == "qwen2_split") parts.back()["trim_offsets"] = false;                    // as published; no id depends on it
    if (parts.size() == 1) return parts[0];
    return {{"type", "Sequence"}, {"pretokenizers", std::move(parts)}};
  }
  return nullptr;
}

/// What a tokenizer.json states as its pre-tokenizer: the name of a splitter, or which part of it this library lacks.
struct stated_splitter {
  std::string name, refused;  ///< one of them is empty
};

template <class Json>
stated_splitter read_splitter(Json const& stated) {
  if (stated.is_null()) return {"", "none"};
  detail::split_steps steps;
  std::string refused;
  if (!detail::read_split_steps(stated, steps, refused)) return {"", refused};
  // These regexes match every character, so nothing is dropped between their matches.
  auto joined = steps;
  if (joined.size() == 2 && joined[0].starts_with("keep ")) joined[0].replace(0, 5, "cut ");
  for (auto const& [name, spelled] : detail::spelled_splitters())
    if (joined == spelled) return {std::string(name), ""};
  for (auto const& step : steps) {  // the first step that no splitter has
    bool known = false;
    for (auto const& [name, spelled] : detail::spelled_splitters())
      for (auto const& own : spelled) known = known || own == step;
    if (!known) return {"", "Split by " + step.substr(step.find(' ') + 1)};
  }
  return {"", "these steps in this order"};
}

/// The splitter that a tokenizer.json states; empty for one that this library does not have.
template <class Json>
std::string splitter_of(Json const& stated) {
  return read_splitter(stated).name;
}

}  // namespace snowcoder::io
