// SPDX-License-Identifier: Apache-2.0
// Documents as ids where notebooks are structured: `<jupyter_start>` and what follows between cells become their ids, nothing
// else does. The text itself keeps the structure. A notebook's text begins with `<jupyter_start>`, and a cell cannot forge a
// sentinel, for `prepare` breaks up every one that a cell spells; other documents are never looked at, whatever they spell.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/config/notebook_form.hpp>
#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/record/token_id.hpp>
#include <snowcoder/tokenize/fill_in_middle.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace snowcoder::tokenize {

/// Of all sentinels those that a text may become, the first one at its beginning.
inline constexpr std::array<std::string_view, 5> notebook_sentinels{"<jupyter_start>", "<jupyter_text>", "<jupyter_code>",
                                                                    "<jupyter_output>", "<empty_output>"};

constexpr bool is_structured_notebook(config::notebook_form form, config::language language, std::string_view text) {
  return form == config::notebook_form::structured && language == config::language::jupyter_notebook &&
         text.starts_with(notebook_sentinels[0]);
}

namespace detail {
/// The sentinel that `text` begins with; empty without one.
constexpr std::string_view notebook_sentinel_at(std::string_view text) {
  for (auto sentinel : notebook_sentinels)
    if (text.starts_with(sentinel)) return sentinel;
  return {};
}
}  // namespace detail

/// Calls on_text(std::string_view) for what lies between the sentinels of a structured notebook (never empty) and
/// on_sentinel(token_id), in order.
constexpr void split_notebook(std::string_view text, auto&& on_text, auto&& on_sentinel) {
  std::size_t done = 0;
  for (auto at = text.find('<'); at != text.npos; at = text.find('<', at)) {
    auto const sentinel = detail::notebook_sentinel_at(text.substr(at));
    if (sentinel.empty()) {
      ++at;
      continue;
    }
    if (done < at) on_text(text.substr(done, at - done));
    on_sentinel(token_id(config::sentinel_id(sentinel)));
    done = at += sentinel.size();
  }
  if (done < text.size()) on_text(text.substr(done));
}

/// Encodes the whole or a part of a structured notebook.
template <encoder_of_text Tokenizer>
struct notebook_encoder {
  Tokenizer const& tokenizer;
  void encode(std::string_view text, std::vector<token_id>& ids) const {
    split_notebook(
        text, [&](std::string_view part) { tokenizer.encode(part, ids); }, [&](token_id id) { ids.push_back(id); });
  }
  /// Where a cut at `place` may be: before the sentinel that it would go through.
  static constexpr std::size_t allowed_cut(std::string_view text, std::size_t place) {
    auto const begin = place == 0 ? text.npos : text.rfind('<', place - 1);  // a sentinel has no second '<'
    if (begin == text.npos) return place;
    return place < begin + detail::notebook_sentinel_at(text.substr(begin)).size() ? begin : place;
  }
};

/// use(encoder) with what encodes a document: the tokenizer, or where it is a structured notebook, that of its structure.
template <encoder_of_text Tokenizer>
void with_document_encoder(Tokenizer const& tokenizer, config::notebook_form notebooks, config::language language,
                           std::string_view text, auto&& use) {
  if (is_structured_notebook(notebooks, language, text))
    use(notebook_encoder<Tokenizer>{tokenizer});
  else
    use(tokenizer);
}

/// The ids of a whole document: what `tokenize pack` writes, where it leaves no gap in the middle.
template <encoder_of_text Tokenizer>
std::vector<token_id> encode_document(Tokenizer const& tokenizer, config::notebook_form notebooks, config::language language,
                                      std::string_view text) {
  std::vector<token_id> ids;
  with_document_encoder(tokenizer, notebooks, language, text, [&](auto const& encoder) { encoder.encode(text, ids); });
  return ids;
}

}  // namespace snowcoder::tokenize
