#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how often one character of names, paths and words in code follows another, and prints the table of
include/snowcoder/privacy/letter_pairs.hpp: -log2 of the probability in thirds of a bit, as characters from '#' on, without '?'.

letter_pairs.py FILE.jsonl[.zst]...   (rows with "content" or "text"; every different run of 4 to 40 characters counts once)"""
import collections
import json
import math
import re
import subprocess
import sys

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-="
RUN = re.compile(r"[A-Za-z0-9+/_=-]{4,}")


def rows(path):
    reader = subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) if path.endswith(".zst") else None
    for line in reader.stdout if reader else open(path, "rb"):
        row = json.loads(line)
        yield row.get("content") or row.get("text") or ""


def random_looking(run):
    """Digests and keys must not teach that they are words."""
    changes = sum((a.isdigit() != b.isdigit()) for a, b in zip(run, run[1:]))
    return len(run) >= 16 and changes * 4 > len(run)


def main():
    runs = {run for path in sys.argv[1:] for text in rows(path) for run in RUN.findall(text)
            if len(run) <= 40 and not random_looking(run)}
    pairs = collections.Counter(run[i:i + 2] for run in runs for i in range(len(run) - 1))
    print(f"// {len(runs)} different runs, {sum(pairs.values())} pairs")
    for a in ALPHABET:
        total = sum(pairs[a + b] for b in ALPHABET) + len(ALPHABET)
        costs = [min(45, round(-3 * math.log2((pairs[a + b] + 1) / total))) for b in ALPHABET]
        print('    "' + "".join(chr(35 + cost + (cost >= 28)) for cost in costs) + '",')


main()
