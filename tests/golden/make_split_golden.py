#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/splits/cuts.json: hostile texts, and the bytes of every piece that Hugging Face cuts them into.

Usage: make_split_golden.py   (needs the package `tokenizers`)

The pre-tokenizers are written out here as the published files spell them, not taken from the library that is tested.
"""
import json
import random
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, models

GPT2 = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
DIGITS = {"type": "Digits", "individual_digits": True}
BYTES = {**GPT2, "use_regex": False}


def sequence(*parts):
    return {"type": "Sequence", "pretokenizers": list(parts)}


def cut(regex):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*" + REST
HEAD, TAIL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
WORDS = r"[^\r\n\p{L}\p{N}]?" + HEAD + "*" + TAIL + r"+%s|[^\r\n\p{L}\p{N}]?" + HEAD + "+" + TAIL + r"*%s|\p{N}%s"
O200K = WORDS + r"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + REST
SPLITTERS = {
    "gpt2_split": GPT2,
    "starcoder_split": sequence(DIGITS, GPT2),
    "llama3_split": sequence(cut(LLAMA % "{1,3}"), BYTES),
    "qwen2_split": sequence(cut(LLAMA % ""), {**BYTES, "trim_offsets": False}),
    "o200k_split": sequence(cut(O200K % (CONTRACTION + "?", CONTRACTION + "?", "{1,3}")), BYTES),
    "tekken_split": sequence(cut(O200K % ("", "", "")), BYTES),
    "deepseek_coder_split": sequence(cut("[\r\n]"), cut(r"\s?\p{L}+"), cut(r"\s?\p{P}+"), cut("[一-龥ࠀ-一가-퟿]+"), DIGITS, BYTES),
}
TEXTS = [
    "", " ", "  ", "\n", "\r\n", "a", " a", "  a", "a ", "a  ", "\ta", "\t\ta", " \ta", "\t a", "a\n", "a\n\n", "a \n", "a\n b", "a\n  b",
    "a \n\n  \n \t\n   b", "a\r\n\r\n b", ";\n\n  \n x", ";\r\n/\n//=x\n/", "x/\n/y", "//\n\n\n//", " \n ", "(a", "((a", " (a", "\t(a", "a.b_c-d",
    "it's", "IT'S", "it'sfoo", "it's's 's", "we'll they'Ve I'm he'd you'Re don't'", "('data', b'test', 'l', 're')", "\n's", "1's", "x'", "x'l", "a'ſb 'ſ",
    "1", "12", "1234567", " 1", "  12 345", "x1y22z333", "3.14e-10", "٣٤٥ ½²³ Ⅷ①", "fooBarBAZQux HTTPServer aB Ab AAAa", "ABC日本DEf", "\u0301A a\u0301B",
    "ǅabc ʰA aʰB", "中A文b", "日本語。テキスト、 「漢字」", "가나 다 ABC", "\u3000a\u3000\u3000b \u3000.", "a\u0085b\u00a0c\u2028d\u200be\ufeff", " \u00a0x \u2028\n\u2029y",
    "+ a += b == c $x`y`|z~", "a && b || !c ... ,;:?@[]{}", "😀😀 x😀 é É naïve", "#include <x>\n\tint main() { return 0; }  // ok\n\n\n",
    "for i in range(100):\n        x[i] = f'{i:03d}'\n\n    return x\n", "€5 £10 —dash– “q” ‘q’", "x" * 70 + "'s" + " " * 70 + "y", "-" * 65 + "\n" * 65 + "1" * 65, "a " * 40 + "é" + " b" * 40,
]
draw = random.Random(5)
PARTS = list("aAsSTlLrReEvmD''  \t\n\r/;.(_+1234") + ["\r\n", "\u0085", "\u00a0", "\u3000", "é", "É", "\u0301", "中", "ǅ", "²", "ſ", "—", "€", "😀", "가", "'s", "'LL"]
for n in range(95):
    some = draw.sample(PARTS, draw.choice((4, 8, len(PARTS))))
    TEXTS.append("".join(draw.choice(some) for _ in range(draw.randint(3, 70))))

blank = json.loads(Tokenizer(models.BPE()).to_str())
rows = {}
for name, spelled in SPLITTERS.items():
    splitter = Tokenizer.from_str(json.dumps({**blank, "pre_tokenizer": spelled})).pre_tokenizer
    # one character of the byte alphabet is one byte
    rows[name] = {"pre_tokenizer": spelled, "bytes": [[len(p) for p, _ in splitter.pre_tokenize_str(t)] for t in TEXTS]}
out = Path(__file__).resolve().parent / "splits/cuts.json"
lines = [f'"{name}": {json.dumps(row, separators=(",", ":"), ensure_ascii=False)}' for name, row in rows.items()]
out.write_text('{"tokenizers": "' + tokenizers.__version__ + '",\n"texts": ' + json.dumps(TEXTS, separators=(",", ":")) + ",\n" + ",\n".join(lines) + "}\n")
