#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/unicode.json: what `tokenizers` makes of every code point, as MD5 sums, and of random texts.

Usage: make_unicode_golden.py   (needs the package `tokenizers`)

  words  by rules "lower strip ideographs clean" (0 or 1 each): the words of "a" + c + "b" + c + " " + c for every code
         point c, each followed by a line feed
  nfc    the NFC of "a" + c + "b" and of c, for every code point c, each followed by a line feed
  texts  [text, its NFC], random sequences of code points that compose, decompose or are reordered
"""
import hashlib
import json
import random
import unicodedata
from pathlib import Path

import tokenizers
from tokenizers import normalizers, pre_tokenizers

POINTS = [chr(p) for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF]
nfd, nfc = normalizers.NFD().normalize_str, normalizers.NFC().normalize_str
split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str


def words(rules):
    lower, strip, ideographs, clean = (x == "1" for x in rules)
    normalize = normalizers.BertNormalizer(lowercase=lower, strip_accents=strip, handle_chinese_chars=ideographs, clean_text=clean).normalize_str
    total = hashlib.md5()
    for c in POINTS:
        total.update("".join(w + "\n" for w, _ in split(normalize("a" + c + "b" + c + " " + c))).encode())
    return total.hexdigest()


every = hashlib.md5()
for c in POINTS:
    every.update((nfc("a" + c + "b") + "\n" + nfc(c) + "\n").encode())
random.seed(11)
alive = [c for c in POINTS if nfd(c) != c or unicodedata.combining(c) or 0x1100 <= ord(c) < 0x1200]
texts = ["".join(random.choice(alive) if random.random() < 0.7 else random.choice("aeK\u00e9 \u05d0\u0915") for _ in range(random.randint(1, 9)))
         for _ in range(400)]
texts += ["\u1100\u1161\u11a8", "\uac00\u11a8", "\u1100\u1161\u0301\u11a8", "\u0344", "a\u0315\u0300\u05ae\u0062", "q\u0307\u0323"]
out = Path(__file__).resolve().parent / "tokenizer" / "unicode.json"
out.write_text(json.dumps({"tokenizers": tokenizers.__version__, "words": {r: words(r) for r in ("1111", "0011", "0111", "1011", "1100", "0000")},
                           "nfc": every.hexdigest(), "texts": [[t, nfc(t)] for t in texts]}, separators=(",", ":")) + "\n")
