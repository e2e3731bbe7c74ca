#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes include/snowcoder/tokenize/detail/{unicode_classes,bert_folds}.hpp.

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


clean, fold = bert(clean_text=True), bert(strip_accents=True, lowercase=True)
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


classes, orders, folds = [], {}, {}
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
    stripped, folded = strip.normalize_str("a" + ch + "b")[1:-1], fold.normalize_str("a" + ch + "b")[1:-1]
    if stripped == "":
        found.add("mark")
    elif folded != ch and not 0xAC00 <= point <= 0xD7A3:
        folds[point] = [ord(x) for x in folded]
    if order := combining(ch):
        found.add("reorders")
        if stripped:
            assert stripped == ch and point not in folds
            orders[point] = order
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


def runs():
    """Greedy runs {first, count, stride, target, step} of the folds to one code point; the others singly."""
    single = sorted((p, t[0]) for p, t in folds.items() if len(t) == 1)
    done = set()
    for i, (point, target) in enumerate(single):
        if point in done:
            continue
        best = (1, 1, 0)
        for stride in (1, 2):
            for step in (0, 1, 2):
                n = 1
                while folds.get(point + n * stride) == [target + n * step] and point + n * stride not in done:
                    n += 1
                if n > best[0]:
                    best = (n, stride, step)
        n, stride, step = best
        done.update(point + k * stride for k in range(n))
        yield f"{{{point:#x},{n},{stride},{target:#x},{step}}},"


def order_rows():
    start = None
    items = sorted(orders.items())
    for i, (point, order) in enumerate(items):
        if start is None:
            start = point
        if i + 1 == len(items) or items[i + 1] != (point + 1, order):
            yield f"{{{start:#x},{point:#x},{order}}},"
            start = None


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
several = rows(f"{{{p:#x},{{{','.join(f'{t:#x}' for t in ts)}}}}}," for p, ts in sorted(folds.items()) if len(ts) > 1)
(out / "bert_folds.hpp").write_text(
    HEAD
    + f"""// What BERT's lower-casing without accents makes of a code point, where that is not the code point itself. Hangul
// syllables, which decompose by arithmetic, are not listed.
#pragma once
// clang-format off

#include <cstdint>

namespace snowcoder::tokenize::detail {{

/// first + i * stride becomes target + i * step, for i < count.
struct fold_run {{ std::uint32_t first, count, stride, target, step; }};
inline constexpr fold_run fold_runs[] = {{
{rows(runs())}}};

/// Those that become more than one; unused targets are 0.
struct long_fold {{ std::uint32_t point, targets[{max(len(t) for t in folds.values())}]; }};
inline constexpr long_fold long_folds[] = {{
{several}}};

/// Kept code points whose combining class is not 0: they are sorted by it (stably) between two that have class 0.
struct combining_range {{ std::uint32_t first, last, order; }};
inline constexpr combining_range combining_ranges[] = {{
{rows(order_rows())}}};

}}  // namespace snowcoder::tokenize::detail
"""
)
