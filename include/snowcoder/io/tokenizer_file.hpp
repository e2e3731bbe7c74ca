// SPDX-License-Identifier: Apache-2.0
// Hugging Face's tokenizer.json, written and read, for byte-level pairs: ids agree with the package `tokenizers` on every
// text. What this library would do otherwise is refused by name. Truncation and padding that a file has baked in are left
// out: texts are encoded whole.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/mapped_file.hpp>
#include <snowcoder/io/tokenizer_json.hpp>
#include <snowcoder/record/byte_pair_vocabulary.hpp>

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::io {

inline expected<void> write_tokenizer(std::filesystem::path const& path, byte_pair_vocabulary const& v) {
  return write_file(path, tokenizer_text(v));
}

namespace detail {

/// Reads one file: simdjson for the hundreds of thousands of tokens and merges, the small parts by what they say.
class tokenizer_reader {
 public:
  explicit tokenizer_reader(std::string where) : where_(std::move(where)) {}

  expected<byte_pair_vocabulary> read(std::string_view text) {
    simdjson::padded_string const padded(text);
    simdjson::dom::parser parser;
    simdjson::dom::object file;
    if (parser.parse(padded).get(file)) return failure("not a tokenizer.json", where_, "check that the file is complete");
    simdjson::dom::object model;
    if (file["model"].get(model)) return refuse("file has no model");
    SNOWCODER_CHECK(settings(file, model));
    SNOWCODER_CHECK(added_tokens(file));
    SNOWCODER_CHECK(vocabulary(model));
    SNOWCODER_CHECK(merges(model));
    auto const processor = part(file, "post_processor");
    if (auto const what = read_post_processor(processor, v_); !what.empty()) return refuse(what);
    if (!processor.is_null()) v_.post_processor = to_line(parsed(processor.dump()));
    return std::move(v_);
  }

 private:
  auto refuse(std::string what) const -> decltype(failure(std::string())) {
    return failure(std::move(what), where_, "only byte-level pairs as docs/policies/tokenizer.md lists them are read");
  }
  static sorted_json part(simdjson::dom::object const& object, char const* key) {
    simdjson::dom::element value;
    if (object[key].get(value)) return nullptr;
    return parsed<sorted_json>(simdjson::minify(value));
  }

  expected<void> settings(simdjson::dom::object const& file, simdjson::dom::object const& model) {
    if (auto const what = read_normalizer(part(file, "normalizer"), v_.nfc); !what.empty()) return refuse(what);
    if (auto const what = read_decoder(part(file, "decoder")); !what.empty()) return refuse(what);
    auto const stated = read_splitter(part(file, "pre_tokenizer"));
    v_.splitter = stated.name;
    if (v_.splitter.empty()) return refuse("pre_tokenizer that this library does not have: " + stated.refused);
    auto const type = part(model, "type");
    if (!type.is_null() && type != "BPE") return refuse("model is " + type.dump() + ", not BPE");
    for (auto const* key : {"continuing_subword_prefix", "end_of_word_suffix"})
      if (auto const value = part(model, key); !value.is_null() && value != "") return refuse("model sets " + std::string(key));
    if (auto const value = part(model, "dropout"); !value.is_null() && value != 0.0) return refuse("model sets dropout");
    v_.ignore_merges = part(model, "ignore_merges") == true;
    v_.byte_fallback = part(model, "byte_fallback") == true;
    return {};
  }

  /// False when the id is none, or another token's.
  bool put(simdjson::dom::element stated, std::string token, token_id& id) {
    constexpr std::uint64_t most = 1 << 21;
    std::uint64_t i = 0;
    if (stated.get(i) || i >= most) return false;
    if (i >= v_.tokens.size()) v_.tokens.resize(i + 1);
    if (!v_.tokens[i].empty() && v_.tokens[i] != token) return false;
    v_.tokens[i] = std::move(token);
    id = token_id(i);
    return true;
  }

  expected<void> added_tokens(simdjson::dom::object const& file) {
    simdjson::dom::element stated;
    if (file["added_tokens"].get(stated) || stated.is_null()) return {};
    simdjson::dom::array list;
    if (stated.get(list)) return refuse("added_tokens is not a list");
    for (auto entry : list) {
      std::string_view content;
      simdjson::dom::element id;
      sentinel_rule rule;
      auto const is = [&](char const* key) {
        bool value = false;
        return !entry[key].get(value) && value;
      };
      rule.special = is("special");
      rule.normalized = is("normalized");
      rule.lstrip = is("lstrip");
      rule.rstrip = is("rstrip");
      if (entry["content"].get(content) || content.empty() || entry["id"].get(id) || !put(id, std::string(content), rule.id))
        return refuse("added token without content, id, or with another's id");
      if (is("single_word")) return refuse("added token " + std::string(content) + " sets single_word");
      if (id_of_.contains(content)) return refuse("added token " + std::string(content) + " is added twice");
      id_of_[content] = rule.id;
      added_.push_back({content, rule.id, false});
      v_.sentinels.push_back(rule.id);
      if (rule != sentinel_rule{.id = rule.id}) v_.rules.push_back(rule);
    }
    std::sort(v_.sentinels.begin(), v_.sentinels.end());
    std::sort(v_.rules.begin(), v_.rules.end(), [](auto const& a, auto const& b) { return a.id < b.id; });
    v_.sentinels.erase(std::unique(v_.sentinels.begin(), v_.sentinels.end()), v_.sentinels.end());
    return {};
  }

  expected<void> vocabulary(simdjson::dom::object const& model) {
    simdjson::dom::object vocab;
    if (model["vocab"].get(vocab)) return refuse("model has no vocab");
    auto const size = vocab.size();
    v_.tokens.reserve(size + v_.sentinels.size());
    id_of_.reserve(size + v_.sentinels.size());
    auto const added = id_of_.size();
    for (auto const [spelled, id] : vocab) {
      if (added) {
        if (auto const found = id_of_.find(spelled); found != id_of_.end()) {
          std::uint64_t same = 0;
          if (id.get(same) || token_id(same) != found->second)
            return refuse("token \"" + std::string(spelled) + "\" has two ids");
          for (auto& a : added_) a.in_model |= a.content == spelled;
          continue;
        }
      }
      auto bytes = in_bytes(spelled);
      if (!bytes || bytes->empty()) return refuse("token \"" + std::string(spelled) + "\" is not written in byte symbols");
      token_id given = 0;
      if (!put(id, std::move(*bytes), given)) return refuse("token \"" + std::string(spelled) + "\" has no id of its own");
      id_of_.emplace(spelled, given);
    }
    return numbering(token_id(size));
  }
  /// Hugging Face does not believe the ids of added tokens: it numbers them in turn after the model's. A file with other ids
  /// would not mean there what it says here.
  expected<void> numbering(token_id model_size) const {
    token_id next = model_size;
    for (auto const& a : added_) {
      if (!a.in_model && a.id != next)
        return refuse("added token " + std::string(a.content) + " has id " + std::to_string(a.id) +
                      ", which Hugging Face makes " + std::to_string(next));
      next = std::max(next, a.id + 1);
    }
    return {};
  }

  expected<void> merges(simdjson::dom::object const& model) {
    simdjson::dom::array list;
    if (model["merges"].get(list)) return refuse("model has no merges");
    v_.merges.reserve(list.size());
    for (auto entry : list) {  // "a b", or ["a", "b"] since tokenizers 0.20
      std::string_view both, left, right;
      simdjson::dom::array pair;
      if (!entry.get(both)) {
        auto const space = both.find(' ');
        left = both.substr(0, space);
        if (space != both.npos) right = both.substr(space + 1);
      } else if (entry.get(pair) || pair.size() != 2 || pair.at(0).get(left) || pair.at(1).get(right)) {
        return refuse("merge " + simdjson::minify(entry) + " is no pair of tokens");
      }
      auto const l = id_of_.find(left), r = id_of_.find(right);
      if (l == id_of_.end() || r == id_of_.end()) return refuse("merge " + simdjson::minify(entry) + " joins unknown tokens");
      v_.merges.emplace_back(l->second, r->second);
    }
    return {};
  }

  struct added {
    std::string_view content;
    token_id id;
    bool in_model;
  };
  std::string where_;
  std::vector<added> added_;  // in the file's order
  byte_pair_vocabulary v_;
  std::unordered_map<std::string_view, token_id> id_of_;  // as spelled; views of the parser's memory
};

}  // namespace detail

/// From the text of a tokenizer.json; `where` names it in errors.
inline expected<byte_pair_vocabulary> parse_tokenizer(std::string_view text, std::string const& where) {
  return detail::tokenizer_reader(where).read(text);
}

inline expected<byte_pair_vocabulary> read_tokenizer(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto const file, mapped_file::open(path));
  return parse_tokenizer(file.bytes(), path.string());
}

}  // namespace snowcoder::io
