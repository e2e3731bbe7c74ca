#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes include/snowcoder/tokenize/detail/split_classes.hpp.

Usage: make_split_classes.py INCLUDE_DIR   (needs the package `tokenizers`)

Cuts must equal Hugging Face's, whose regular expressions and whose digit splitter follow different versions of Unicode.
So every code point is shown to the parts themselves, and what they make of it is written down.
"""
import sys
from pathlib import Path

import tokenizers
from tokenizers import Regex, pre_tokenizers


def is_in(expression):
    """Whether the expression takes all of a text."""
    gone = pre_tokenizers.Split(Regex(expression), "removed")
    return lambda text: not gone.pre_tokenize_str(text)


CLASSES = {  # bit by bit; the two parts of a word are o200k's
    "letter": is_in(r"\p{L}"),
    "number": is_in(r"\p{N}"),
    "white": is_in(r"\s"),
    "digit": None,
    "word_head": is_in(r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"),
    "word_tail": is_in(r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"),
    "punctuation": is_in(r"\p{P}"),
    "ideograph": is_in("[一-龥ࠀ-一가-퟿]"),
}
digits = pre_tokenizers.Digits(individual_digits=True)
CLASSES["digit"] = lambda ch: len(digits.pre_tokenize_str("a" + ch + "a")) == 3

classes = []
for point in range(0x110000):
    if 0xD800 <= point <= 0xDFFF:
        classes.append(0)
        continue
    bits = sum(1 << bit for bit, contains in enumerate(CLASSES.values()) if contains(chr(point)))
    assert not bits & 1 or bits & 0x30, f"a letter without a place in a word: {point:#x}"
    classes.append(bits)

# What (?i:'s|'t|'re|'ve|'m|'ll|'d) takes beside ASCII is written by hand in the matcher; here is the proof that it is all.
folds = {}
for letter in "stmdrevl":
    same = is_in(f"(?i:{letter})")
    folds[letter] = [chr(p) for p in range(0x80, 0x110000) if not 0xD800 <= p <= 0xDFFF and same(chr(p))]
assert folds == {**{letter: [] for letter in "tmdrevl"}, "s": ["\u017f"]}, folds


def rows(texts, width=122):
    out, line = [], ""
    for text in texts:
        if len(line) + len(text) > width:
            out.append("    " + line.rstrip())
            line = ""
        line += text
    return "\n".join(out + ["    " + line.rstrip()])


changes = [f"{p << 8 | b:#x}," for p, b in enumerate(classes) if p == 0 or b != classes[p - 1]]
(Path(sys.argv[1]) / "snowcoder/tokenize/detail/split_classes.hpp").write_text(
    f"""// SPDX-License-Identifier: Apache-2.0
// Made by tests/golden/make_split_classes.py from what tokenizers {tokenizers.__version__} does with every code point;
// not edited by hand.
// Where the classes of code points change: code point << 8 | class bits, ascending.
#pragma once
// clang-format off

#include <cstdint>

// What a code point is to regular expressions (letter \\p{{L}}, number \\p{{N}}, white \\s, punctuation \\p{{P}}), to digit
// splitting (digit), to the words of o200k (word_head: all letters but small ones, and marks; word_tail: all but capital
// and title-case ones, and marks) and to DeepSeek (ideograph: U+0800..9FA5 and U+AC00..D7FF).
namespace snowcoder::tokenize::split_class {{
enum bit : unsigned char {{
{rows([f"{name} = {1 << i}, " for i, name in enumerate(CLASSES)])}
}};
}}  // namespace snowcoder::tokenize::split_class

namespace snowcoder::tokenize::detail {{

inline constexpr std::uint32_t split_class_changes[] = {{
{rows(changes)}}};

}}  // namespace snowcoder::tokenize::detail
"""
)
