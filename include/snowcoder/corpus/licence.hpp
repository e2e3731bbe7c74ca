// SPDX-License-Identifier: Apache-2.0
// The licence of a repository, from the file at its top that holds it: enough to tell permissive from other when one of
// several copies of a file is to be kept. Not legal advice.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace snowcoder::corpus {

/// Is this the licence file of a repository? At its top, or one folder below (archives wrap everything in one folder).
inline bool is_licence_file(std::string_view path) {
  if (std::count(path.begin(), path.end(), '/') > 1) return false;
  std::string name(path.substr(path.find_last_of('/') + 1));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = char(c | 32);
  auto const stem = name.substr(0, name.find('.'));
  auto const ending = name.substr(stem.size());
  return (stem == "license" || stem == "licence" || stem == "copying" || stem == "unlicense") &&
         (ending.empty() || ending == ".txt" || ending == ".md" || ending == ".rst");
}

/// The SPDX name; empty for a text that is not recognised.
inline std::string licence_of(std::string_view text) {
  std::string words;  // white space and letter case vary between copies
  for (char c : text.substr(0, 20'000)) {
    bool const white = c == ' ' || (c >= '\t' && c <= '\r');
    if (white && (words.empty() || words.back() == ' ')) continue;
    words += white ? ' ' : c >= 'A' && c <= 'Z' ? char(c | 32) : c;
  }
  auto const has = [&](std::string_view phrase) { return words.find(phrase) != words.npos; };
  if (has("python software foundation license")) return "PSF-2.0";  // before the GPL, which it names
  if (has("gnu affero general public license")) return "AGPL-3.0";
  if (has("gnu lesser general public license")) return "LGPL";
  if (has("gnu general public license")) return has("version 3") ? "GPL-3.0" : "GPL-2.0";
  if (has("apache license") && has("version 2.0")) return "Apache-2.0";
  if (has("mozilla public license")) return "MPL-2.0";
  if (has("boost software license")) return "BSL-1.0";
  if (has("permission is hereby granted, free of charge, to any person obtaining a copy")) return "MIT";
  if (has("permission to use, copy, modify, and/or distribute this software"))
    return has("provided that the above copyright notice") ? "ISC" : "0BSD";
  if (has("redistribution and use in source and binary forms"))
    return has("neither the name") || has("may not be used to endorse") ? "BSD-3-Clause" : "BSD-2-Clause";
  if (has("this is free and unencumbered software released into the public domain")) return "Unlicense";
  if (has("creative commons") && has("cc0")) return "CC0-1.0";
  if (has("this software is provided 'as-is', without any express or implied warranty")) return "Zlib";
  return {};
}

}  // namespace snowcoder::corpus
