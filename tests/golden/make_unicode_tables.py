#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes include/snowcoder/tokenize/detail/unicode_classes.hpp.

Usage: make_unicode_tables.py INCLUDE_DIR   (needs the package `tokenizers`)

Ids must equal Hugging Face's, and its parts follow different versions of Unicode: the regular expressions one, the
digits, lower-casing and white space a second, punctuation and non-spacing marks a third. So every code point is shown to
the parts themselves, and what they do with it is written down. Combining classes come from unicodedata.
"""
import sys
import unicodedata
from pathlib import Path

import tokenizers
from tokenizers import normalizers, pre_tokenizers

BITS = ["letter", "number", "white", "digit", "control", "space", "punctuation", "mark", "reorders"]


def bert(**wanted):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **wanted})


clean = bert(clean_text=True)
strip, nfd = bert(strip_accents=True), normalizers.NFD()
words, digits = pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Digits(individual_digits=True)
gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)


def pieces(splitter, text):
    return len(splitter.pre_tokenize_str(text))


def combining(ch):
    """The class the normalizer gives: unicodedata's, unless it does not move the character (an older table)."""
    order = unicodedata.combining(ch)
    if order == 0:
        return 0
    low = "\u0334" if order > 1 else "\u0301"
    text = "a" + ch + low if order > 1 else "a" + low + ch
    return order if nfd.normalize_str(text) != text else 0


classes = []
for point in range(0x110000):
    if 0xD800 <= point <= 0xDFFF:
        classes.append(0)
        continue
    ch = chr(point)
    found = set()
    if pieces(gpt2, "a" + ch + "a") == 1:
        found.add("letter")
    elif pieces(gpt2, "1" + ch + "1") == 1:
        found.add("number")
    elif pieces(gpt2, "." + ch + ".") != 1:
        found.add("white")
    if pieces(digits, "a" + ch + "a") == 3:
        found.add("digit")
    cleaned = clean.normalize_str("a" + ch + "b")
    if cleaned == "ab":
        found.add("control")
    elif cleaned == "a b":
        found.add("space")
    if pieces(words, "a" + ch + "b") == 3:
        found.add("punctuation")
    if strip.normalize_str("a" + ch + "b") == "ab":
        found.add("mark")
    if combining(ch):
        found.add("reorders")
    classes.append(sum(1 << BITS.index(name) for name in found))


def rows(texts, width=122):
    out, line = [], ""
    for text in texts:
        if len(line) + len(text) > width:
            out.append("    " + line.rstrip())
            line = ""
        line += text
    return "\n".join(out + ["    " + line.rstrip()])


def ranges():
    previous = None
    for point, bits in enumerate(classes):
        if bits != previous:
            yield f"{point << 9 | bits:#x},"
        previous = bits


HEAD = f"""// SPDX-License-Identifier: Apache-2.0
// Made by tests/golden/make_unicode_tables.py from what tokenizers {tokenizers.__version__} does with every code point;
// not edited by hand.
"""
out = Path(sys.argv[1]) / "snowcoder/tokenize/detail"
class_rows = rows(ranges())
(out / "unicode_classes.hpp").write_text(
    HEAD
    + f"""// Where the classes of code points change: code point << 9 | class bits, ascending.
#pragma once
// clang-format off

#include <cstdint>

namespace snowcoder::tokenize::detail {{

// What a code point is to the regular expression (letter, number, white), to digit splitting (digit) and to BERT's
// normalizer (control: dropped, space, punctuation, mark: stripped with the accents, reorders: combining class not 0).
enum class_bit : unsigned {{
{rows([f"{name} = {1 << i}, " for i, name in enumerate(BITS)])}
}};

inline constexpr std::uint32_t class_changes[] = {{
{class_rows}}};

}}  // namespace snowcoder::tokenize::detail
"""
)
