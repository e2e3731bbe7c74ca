// SPDX-License-Identifier: Apache-2.0
// The licence of a repository or a file, where files say so: an SPDX tag, or the words that make a licence text what it is.
// Enough to tell permissive from other when one of several copies of a file is to be kept. Not legal advice.
#pragma once

#include <snowcoder/core/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace snowcoder::corpus {

/// Is this a licence file of a repository? At its top, or one folder below (archives wrap everything in one folder).
inline bool is_licence_file(std::string_view path) {
  if (std::count(path.begin(), path.end(), '/') > 1) return false;
  auto name = lower_case(path.substr(path.find_last_of('/') + 1));
  for (std::string_view ending : {".txt", ".md", ".rst", ".markdown"})
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  for (std::string_view known : {"license", "licence", "copying", "unlicense"})
    if (name == known || name.ends_with("-" + std::string(known))) return true;  // MIT-LICENSE
  for (std::string_view known : {"license", "licence", "copying"})  // LICENSE-APACHE, COPYING.LESSER, and no licenses.py
    if (name.starts_with(std::string(known) + "-") || name.starts_with(std::string(known) + ".")) {
      auto const kind = std::string_view(name).substr(known.size() + 1);
      for (std::string_view word :
           {"mit", "apache", "bsd", "lesser", "lgpl", "gpl", "agpl", "mpl", "isc", "zlib", "boost", "cc0", "lib", "unlicense"})
        if (kind.starts_with(word) && kind.find('.') == kind.npos) return true;
    }
  return false;
}

/// What an SPDX tag near the start of `text` says, as it stands ("MIT OR Apache-2.0"); empty without one.
inline std::string spdx_tag(std::string_view text) {
  constexpr std::string_view tag = "SPDX-License-Identifier:";
  text = text.substr(0, 2048);
  auto const at = text.find(tag);
  if (at == text.npos) return {};
  text.remove_prefix(at + tag.size());
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  std::size_t end = 0;
  auto const belongs = [&](std::size_t i) {
    auto const c = text[i];
    if (c == '/')
      return i + 1 < text.size() && is_ascii_alphanumeric(text[i + 1]);  // "MIT/Apache-2.0", and not the end of a tag
    return is_ascii_alphanumeric(c) || std::string_view(".-+() :").find(c) != std::string_view::npos;
  };
  while (end < text.size() && end < 200 && belongs(end)) ++end;
  auto value = text.substr(0, end);
  for (std::string_view close : {" --", "-->"})  // the end of a comment
    if (auto const there = value.find(close); there != value.npos) value = value.substr(0, there);
  while (!value.empty() && (value.back() == ' ' || value.back() == '-')) value.remove_suffix(1);
  bool const named = std::any_of(value.begin(), value.end(), is_ascii_letter);
  return named ? std::string(value) : std::string();
}

namespace detail {

/// All of `words` in a licence text make it `name`. The first rule that fits decides, so texts that quote others come first.
struct licence_rule {
  std::string_view name;
  std::array<std::string_view, 3> words;
};
inline constexpr licence_rule licence_rules[] = {
    {"PSF-2.0", {"python software foundation license"}},
    {"AGPL-3.0", {"gnu affero general public license"}},
    {"LGPL-2.0", {"gnu library general public license", "version 2"}},
    {"LGPL-2.1", {"gnu lesser general public license", "version 2.1, february 1999"}},
    {"LGPL-3.0", {"gnu lesser general public license", "version 3, 29 june 2007"}},
    {"GPL-3.0", {"gnu general public license", "version 3, 29 june 2007"}},
    {"GPL-2.0", {"gnu general public license", "version 2, june 1991"}},
    {"GPL-1.0", {"gnu general public license", "version 1, february 1989"}},
    {"LGPL-3.0", {"gnu lesser general public license", "version 3"}},
    {"LGPL-2.1", {"gnu lesser general public license"}},
    {"GPL-3.0", {"gnu general public license", "version 3"}},
    {"GPL-2.0", {"gnu general public license"}},
    {"Apache-2.0", {"apache license", "version 2.0"}},
    {"Apache-2.0", {"www.apache.org/licenses/license-2.0"}},
    {"Apache-1.1", {"apache software license", "version 1.1"}},
    {"MPL-2.0", {"mozilla public license", "version 2.0"}},
    {"MPL-2.0", {"mozilla public license", "v. 2.0"}},
    {"MPL-1.1", {"mozilla public license", "1.1"}},
    {"EPL-2.0", {"eclipse public license", "v 2.0"}},
    {"EPL-1.0", {"eclipse public license", "v 1.0"}},
    {"CDDL-1.0", {"common development and distribution license"}},
    {"EUPL-1.2", {"european union public licence", "v. 1.2"}},
    {"Artistic-2.0", {"artistic license 2.0"}},
    {"BSL-1.0", {"boost software license", "version 1.0"}},
    {"OFL-1.1", {"sil open font license", "version 1.1"}},
    {"CC0-1.0", {"cc0 1.0 universal"}},
    {"CC0-1.0", {"creativecommons.org/publicdomain/zero/1.0"}},
    {"CC-BY-SA-4.0", {"attribution-sharealike 4.0"}},
    {"CC-BY-4.0", {"attribution 4.0 international"}},
    {"WTFPL", {"do what the fuck you want to public license"}},
    {"Unlicense", {"this is free and unencumbered software released into the public domain"}},
    {"PHP-3.01", {"the php license, version 3.01"}},
    {"NCSA", {"university of illinois/ncsa"}},
    {"NCSA", {"permission is hereby granted, free of charge, to any person obtaining a copy", "to deal with the software"}},
    {"MIT", {"permission is hereby granted, free of charge, to any person obtaining a copy", "shall be included in all"}},
    {"MIT-0", {"permission is hereby granted, free of charge, to any person obtaining a copy", "without restriction", "as is"}},
    {"MIT", {"permission is hereby granted, free of charge, to any person obtaining a copy"}},
    {"PostgreSQL",
     {"permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee"}},
    {"ISC", {"permission to use, copy, modify, and/or distribute this software", "provided that the above copyright notice"}},
    {"ISC",
     {"permission to use, copy, modify, and distribute this software for any purpose",
      "provided that the above copyright notice"}},
    {"0BSD", {"permission to use, copy, modify, and/or distribute this software"}},
    {"BSD-4-Clause", {"redistribution and use in source and binary forms", "all advertising materials mentioning features"}},
    {"BSD-3-Clause", {"redistribution and use in source and binary forms", "neither the name"}},
    {"BSD-3-Clause", {"redistribution and use in source and binary forms", "may not be used to endorse"}},
    {"BSD-2-Clause", {"redistribution and use in source and binary forms", "redistributions of source code must retain"}},
    {"Zlib", {"this software is provided 'as-is', without any express or implied warranty", "altered source versions"}},
};

/// Words with one space between them, in small letters: what varies between copies is taken out, comment marks and quotes too.
inline std::string plain_words(std::string_view text) {
  std::string words;
  for (char c : text) {
    bool const gap = c == ' ' || (c >= '\t' && c <= '\r') || c == '*' || c == '#' || c == '"';
    if (gap && (words.empty() || words.back() == ' ')) continue;
    words += gap ? ' ' : c == '`' ? '\'' : to_lower(c);
  }
  return words;
}

}  // namespace detail

/// The SPDX name of a licence text, or what its tag says; empty for a text that is not recognised.
inline std::string licence_of(std::string_view text) {
  if (auto tag = spdx_tag(text); !tag.empty()) return tag;
  auto const words = detail::plain_words(text.substr(0, 40'000));
  // Where a text holds several (a licence and those of parts), the one whose first words come first is the licence's.
  std::string_view best;
  std::size_t best_at = words.npos;
  for (auto const& rule : detail::licence_rules) {
    bool all = true;
    for (auto const& phrase : rule.words) all = all && words.find(phrase) != words.npos;
    if (!all) continue;
    if (auto const at = words.find(rule.words[0]); best.empty() || at + 2000 < best_at) best = rule.name, best_at = at;
  }
  return std::string(best);
}

}  // namespace snowcoder::corpus
