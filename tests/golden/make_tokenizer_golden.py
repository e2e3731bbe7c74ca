#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tokenizer/: a byte-pair and a WordPiece tokenizer of Hugging Face's making, and the ids they give.

Usage: make_tokenizer_golden.py   (needs the package `tokenizers`)

  byte_pair.json   trained by `tokenizers` on the texts of texts.json, as it saves it
  word_piece.json  a WordPiece file with a small vocabulary
  texts.json       per text: ids plain, ids with sentinels recognised, WordPiece ids uncased and cased
"""
import json
import re
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

HERE = Path(__file__).resolve().parent
header = (HERE.parent.parent / "include/snowcoder/config/vocabulary.hpp").read_text()
SENTINELS = re.findall(r'"(<[^"]+>)"', header[header.index("> sentinels{") : header.index("};", header.index("> sentinels{"))])
assert len(SENTINELS) == 34

CODE = [
    'def area(width, height=2.50):\n    """Rectangle\'s area; it\'s in m²."""\n    return width * height  # 1234567890\n',
    "for (int i = 0; i < 100; ++i) {\n\tif (v[i] != nullptr && v[i]->next) sum += *v[i];\n}\n\n\n\n",
    "class Frame {\n  constructor(a, b) { this.a = a; this.b = b; }\n  get ratio() { return this.a / this.b; }\n}\r\n",
    "SELECT name, COUNT(*) AS n FROM ferries WHERE harbour_id IN (1, 22, 333) GROUP BY name;\n",
    "func (q *Queue) Push(x int) { q.items = append(q.items, x) }\n        // eight spaces before\n",
    "we'll they've I'm don't he'd you're it's  'S 'LL 're're ''s '\n",
    "<|endoftext|>a<fim_prefix>b<fim_suffix>c<fim_middle> <file_sep>x<pr><pr_status><pr_statu> <repo_name",
    "[CLS] [SEP][MASK]x[PAD] [UNK]y [unused1] [[SEP]] [mask]",
]
TRICKY = [
    " ", "  ", "   a", "a   ", "\t\tx\t", "\n\n  \n x", "a\u00a0b\u2003c\u3000d", "\u0085\u2028x", "a\u200bb\ufeffc\u00adx",
    "1", "12 345", " 7", "x1y22 z333", "٣٤٥", "½ ²³ Ⅷ ①", "3.14e-10 0xFF", "éÉèßẞ İıſK Å", "e\u0301 a\u0308\u0323 \u0301\u0308",
    "naïve façade Ελληνικά ΣΑΣ ς", "Привет, МИР!", "日本語テキスト 中文字符", "한국어 각각", "हिन्दी ক্ষ தமிழ்", "العربية עברית", "ไทย ภาษา",
    "😀👩‍👩‍👧‍👦🇫🇷 emoji", "𝔘𝔫𝔦 𝟘𝟙 𐐀𐐨", "\U0001d15e\U0001d165\U0001d16d x\u0301\U0001d16e", "豈更 \U0002f800 \U0002b91e \U0002b920",
    "ﬁ ﬂ ﷺ", "a\u0000b\u0001c\u007fd\u0080e", "\ufffd\uffff\ue000\U0010ffff", "\u0378\u1c89\ua7cb\u0897", "_a__b_ -x- $y +z ^`~ |",
    "…—“x”‘y’ «z» ¿? ¡!", "a" * 99, "a" * 100, "a" * 101, "é" * 101, "x" * 70 + "yx" * 40, "0" * 30, " " * 50, "\n" * 20, "-" * 90,
    "camelCaseName snake_case_name SCREAMING_CASE kebab-case", "http://example.org/a?b=c&d=%20#e", "C:\\Users\\x\\n", "a\rb\r\nc\n\rd",
]
texts = CODE + TRICKY

split = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = split
bpe.train_from_iterator(texts, trainers.BpeTrainer(
    vocab_size=400, min_frequency=2, special_tokens=SENTINELS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
out = HERE / "tokenizer"
bpe.save(str(out / "byte_pair.json"), pretty=False)
plain = json.loads(bpe.to_str())
plain["added_tokens"] = []
plain = Tokenizer.from_str(json.dumps(plain))

pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused1]"]
letters = [chr(c) for c in range(33, 127)] + list("éèßşσςελπривмт日本한한각हदআعשทก𐐨ꟊaaⅷ½²") + ["\u1ec7", "\u1c8a", "\u1161", "\u11ab"]
letters += ["def", "return", "class", "for", "int", "this", "name", "camel", "case", "Case", "SCREAMING", "snake", "area", "rect", "http"]
pieces += list(dict.fromkeys(letters))
pieces += ["##" + p for p in pieces[6:] if p.isalnum()] + ["##ing", "##tangle", "##aaa", "##aaaaaaaaaaaaaaaa"]
word_piece = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]", max_input_chars_per_word=100))
word_piece.normalizer = normalizers.BertNormalizer(lowercase=True)
word_piece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
word_piece.add_special_tokens(pieces[:5])
word_piece.enable_padding(length=128)  # baked in, as published files do; a reader must not be led by it
word_piece.enable_truncation(128)
word_piece.save(str(out / "word_piece.json"), pretty=False)
word_piece.no_padding()
word_piece.no_truncation()
cased = Tokenizer.from_str(word_piece.to_str())
cased.normalizer = normalizers.BertNormalizer(lowercase=False)

rows = [{"text": t, "ids": plain.encode(t).ids, "with_sentinels": bpe.encode(t).ids,
         "word_piece": word_piece.encode(t, add_special_tokens=False).ids, "cased": cased.encode(t, add_special_tokens=False).ids}
        for t in texts]
(out / "texts.json").write_text(json.dumps({"tokenizers": tokenizers.__version__, "texts": rows}, separators=(",", ":")) + "\n")
