#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes include/snowcoder/tokenize/detail/{canonical_pairs,canonical,lower_case}_table.hpp.

Usage: make_canonical_tables.py INCLUDE_DIR   (needs the package `tokenizers`)

The NFC and NFD of `tokenizers` follow an older Unicode than anything else on a machine does, and its lower-casing a newer
one. So every code point is shown to them, and what they do with it is written down. Combining classes come from
unicodedata, where the package acts upon them.
"""
import sys
import unicodedata
from pathlib import Path

import tokenizers
from tokenizers import normalizers

nfd, nfc = normalizers.NFD().normalize_str, normalizers.NFC().normalize_str
lower = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=True).normalize_str
POINTS = [p for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF]


def combining(ch):
    """The class the normalizer gives: unicodedata's, unless it does not move the character (an older table)."""
    order = unicodedata.combining(ch)
    if order == 0:
        return 0
    low = "\u0334" if order > 1 else "\u0301"
    text = "a" + ch + low if order > 1 else "a" + low + ch
    return order if nfd(text) != text else 0


orders, pairs, others, lowered = {}, {}, {}, {}
for point in POINTS:
    ch = chr(point)
    if nfd(ch) == ch:
        if order := combining(ch):
            orders[point] = order
    elif not 0xAC00 <= point <= 0xD7A3:  # Hangul syllables decompose by arithmetic
        full = nfd(ch)
        first = nfc(full[:-1])
        if len(full) > 1 and nfc(full) == ch:
            assert len(first) == 1 and nfd(first) + full[-1] == full and nfd(full[-1]) == full[-1]
            pairs[point] = (ord(first), ord(full[-1]))
        else:
            others[point] = [ord(c) for c in full]
    if lower(ch) != ch:
        lowered[point] = [ord(c) for c in lower(ch)]


def rows(texts, width=122):
    out, line = [], ""
    for text in texts:
        if len(line) + len(text) > width:
            out.append("    " + line.rstrip())
            line = ""
        line += text
    return "\n".join(out + ["    " + line.rstrip()])


def runs(targets):
    """Greedy runs {first, count, stride, target, step} of what becomes one code point."""
    done = set()
    for point, target in sorted(targets.items()):
        if point in done:
            continue
        best = (1, 1, 0)
        for stride in (1, 2):
            for step in (0, 1, 2):
                n = 1
                while targets.get(point + n * stride) == target + n * step and point + n * stride not in done:
                    n += 1
                if n > best[0]:
                    best = (n, stride, step)
        n, stride, step = best
        done.update(point + k * stride for k in range(n))
        yield f"{{{point:#x},{n},{stride},{target:#x},{step}}},"


def order_rows():
    items, start = sorted(orders.items()), None
    for i, (point, order) in enumerate(items):
        start = point if start is None else start
        if i + 1 == len(items) or items[i + 1] != (point + 1, order):
            yield f"{{{start:#x},{point:#x},{order}}},"
            start = None


single = {p: t[0] for p, t in others.items() if len(t) == 1}
several = {p: t for p, t in others.items() if len(t) > 1}
HEAD = f"""// SPDX-License-Identifier: Apache-2.0
// Made by tests/golden/make_canonical_tables.py from what tokenizers {tokenizers.__version__} does with every code point;
// not edited by hand.
"""
TAIL = "\n}  // namespace snowcoder::tokenize::detail\n"
RUN = "/// first + i * stride becomes target + i * step, for i < count.\n"
START = "#pragma once\n// clang-format off\n\n#include <cstdint>\n\nnamespace snowcoder::tokenize::detail {\n\n"
out = Path(sys.argv[1]) / "snowcoder/tokenize/detail"
(out / "canonical_pairs_table.hpp").write_text(
    HEAD + "// Unicode's canonical compositions, which are decompositions as well. Hangul syllables go by arithmetic.\n" + START
    + "/// point decomposes to first and last, and they compose to it; first may decompose again.\n"
    + "struct canonical_pair { std::uint32_t point, first, last; };\n"
    + f"inline constexpr canonical_pair canonical_pairs[] = {{\n{rows(f'{{{p:#x},{a:#x},{b:#x}}},' for p, (a, b) in sorted(pairs.items()))}}};\n" + TAIL)
(out / "canonical_table.hpp").write_text(
    HEAD + "// Unicode's canonical decompositions that never compose again, and combining classes.\n" + START
    + RUN + "struct point_run { std::uint32_t first, count, stride, target, step; };\n\n"
    + f"/// Those that become one other code point.\ninline constexpr point_run canonical_singles[] = {{\n{rows(runs(single))}}};\n\n"
    + "/// Those that become several, in full; unused places are 0.\n"
    + f"struct canonical_several {{ std::uint32_t point, targets[{max(map(len, several.values()))}]; }};\n"
    + "inline constexpr canonical_several canonical_severals[] = {\n"
    + rows(f"{{{p:#x},{{{','.join(f'{t:#x}' for t in ts)}}}}}," for p, ts in sorted(several.items())) + "};\n\n"
    + "/// Code points that do not decompose and whose combining class is not 0.\n"
    + "struct combining_range { std::uint32_t first, last, order; };\n"
    + f"inline constexpr combining_range combining_ranges[] = {{\n{rows(order_rows())}}};\n" + TAIL)
(out / "lower_case_table.hpp").write_text(
    HEAD + "// What lower-casing makes of a code point by itself, where that is one other code point; U+0130 is the only one with two.\n"
    + START.replace("#include <cstdint>", "#include <snowcoder/tokenize/detail/canonical_table.hpp>")
    + f"inline constexpr point_run lower_case_runs[] = {{\n{rows(runs({p: t[0] for p, t in lowered.items() if len(t) == 1}))}}};\n" + TAIL)
assert [p for p, t in lowered.items() if len(t) > 1] == [0x130] and lowered[0x130] == [0x69, 0x307]
