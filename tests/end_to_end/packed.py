#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Token files read by somebody else: packed.py TOKENIZE SCRATCH

Makes a small corpus, packs it in every way, and reads what came out with nothing of ours: the Megatron index by its layout,
the ids by the table in tokenizer.json, the index arrays by the NPY format and Megatron's own rule of how a sample is joined.
Every text must come back byte for byte and every id of every file must be accounted for.
"""
import ast
import collections
import json
import os
import random
import shutil
import struct
import subprocess
import sys

CONTEXT = 64
LANGUAGES = {"Python": "py", "C++": "cpp", "Go": "go", "other": "txt"}


def make_corpus(root):
    pick, texts = random.Random(11), {}
    pieces = ["def f(x):\n", "    return x + 12345\n", "\tint überall = 7;\r\n", "日本語のコメント\n", "🙂👩‍👩‍👧 ok\n", "<|endoftext|>", "<file_sep>",
              "<fim_middle>", "\x00\x01\x7f", "    \n\n\n", "e\u0301 \u00a0\u2028", "\"quoted\\n\" 'c'\n", "x" * 70 + "\n", "𝔘𝔫𝔦 ", "0x1F 3.14e-2\n"]
    os.makedirs(os.path.join(root, "documents"))
    for shard in range(3):
        with open(os.path.join(root, "documents", f"code-{shard:05d}.jsonl"), "w", encoding="utf-8") as out:
            for number in range(50):
                text = "".join(pick.choice(pieces) for _ in range(pick.choice((1, 2, 5, 9, 40)))) + f"# {shard} {number}"
                repository = pick.choice(("alpha/a", "beta/b", "gamma/c", "delta/d", "", "epsilon/e"))
                language = pick.choice(list(LANGUAGES))
                identity = f"{shard}-{number}"
                texts[identity] = (text.encode("utf-8"), repository, language)
                metadata = {"repo": repository, "path": f"{number}.{LANGUAGES[language]}", "language": language}
                out.write(json.dumps({"id": identity, "text": text, "metadata": metadata}, ensure_ascii=bool(number % 2)) + "\n")
            out.write("{\"id\": \"none\", \"text\": \"\"}\nnot json\n")
    return texts


def read_megatron(prefix):
    """Sequences of ids, and the first sequence of every document."""
    with open(prefix + ".idx", "rb") as f:
        index = f.read()
    with open(prefix + ".bin", "rb") as f:
        ids = f.read()
    magic, version, code, sequences, bounds = struct.unpack_from("<9sQBQQ", index)
    assert magic == b"MMIDIDX\0\0" and version == 1, (magic, version)
    width, letter = {8: (2, "H"), 4: (4, "i")}[code]
    at = 34
    lengths = struct.unpack_from(f"<{sequences}i", index, at)
    pointers = struct.unpack_from(f"<{sequences}q", index, at + 4 * sequences)
    documents = struct.unpack_from(f"<{bounds}q", index, at + 12 * sequences)
    assert at + 12 * sequences + 8 * bounds == len(index) and documents[0] == 0 and documents[-1] == sequences
    assert sum(lengths) * width == len(ids)
    return [list(struct.unpack_from(f"<{n}{letter}", ids, p)) for n, p in zip(lengths, pointers)], documents


def read_npy(path):
    with open(path, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x93NUMPY\1\0"
    size = struct.unpack_from("<H", data, 8)[0]
    assert (10 + size) % 64 == 0 and data[9 + size:10 + size] == b"\n"
    header = ast.literal_eval(data[10:10 + size].decode("ascii"))
    assert header["fortran_order"] is False
    letter = {"<i4": "i", "<u4": "I", "<i8": "q"}[header["descr"]]
    values = struct.unpack(f"<{(len(data) - 10 - size) // struct.calcsize(letter)}{letter}", data[10 + size:])
    if len(header["shape"]) == 1:
        assert header["shape"][0] == len(values)
        return list(values)
    rows, columns = header["shape"]
    assert rows * columns == len(values)
    return [values[i * columns:(i + 1) * columns] for i in range(rows)]


def read_tokenizer(path):
    """The bytes of every id, and the ids of the sentinels by name. Byte-level: each character of a token stands for a byte."""
    with open(path, encoding="utf-8") as f:
        file = json.load(f)
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    alphabet = {chr(b): b for b in printable}
    alphabet.update({chr(256 + n): b for n, b in enumerate(b for b in range(256) if b not in printable)})
    sentinels = {t["content"]: t["id"] for t in file["added_tokens"]}
    table = {i: bytes(alphabet[c] for c in token) for token, i in file["model"]["vocab"].items() if token not in sentinels}
    return table, sentinels


class Corpus:
    def __init__(self, tokenize, scratch):
        self.tokenize, self.scratch = tokenize, scratch
        self.texts = make_corpus(os.path.join(scratch, "clean"))
        self.run("train", "--in", os.path.join(scratch, "clean"), "--out", self.path("tokenizer.json"), expect=3)
        self.table, self.sentinels = read_tokenizer(self.path("tokenizer.json"))
        self.end, self.between = self.sentinels["<|endoftext|>"], self.sentinels["<file_sep>"]
        self.of_text = {text: (repository, language) for text, repository, language in self.texts.values()}
        assert len(self.of_text) == len(self.texts) == 150

    def path(self, name):
        return os.path.join(self.scratch, name)

    def run(self, *command, expect=0):
        done = subprocess.run([self.tokenize, *command, "--seed", "7"], capture_output=True, text=True)
        assert done.returncode == expect, (command, done.returncode, done.stderr)

    def pack(self, phase):
        for threads in ("1", "3"):
            self.run("pack", "--tokenizer", self.path("tokenizer.json"), "--in", self.path("clean"), "--phase", phase, "--out",
                     self.path(f"{phase}{threads}"), "--threads", threads, expect=3)
        for end in (".bin", ".idx", ".json"):
            with open(self.path(f"{phase}1{end}"), "rb") as a, open(self.path(f"{phase}3{end}"), "rb") as b:
                assert a.read() == b.read(), "threads changed " + phase + end
        with open(self.path(f"{phase}1.json"), encoding="utf-8") as f:
            report = json.load(f)
        sequences, documents = read_megatron(self.path(phase + "1"))
        total = sum(map(len, sequences))
        assert report["tokens"] == total == (report["text_tokens"] + report["gap_sentinels"] + report["separators"] + report["padding"])
        assert total == report["padding"] + sum(l["tokens"] + l["gap_sentinels"] + l["separators"] for l in report["languages"])
        assert report["refused"] == 6 and report["files"] == report["separators"] == 150
        for row in report["languages"]:
            mine = [(t, r) for t, r, l in self.texts.values() if l == row["language"]]
            assert row["files"] == row["available"]["files"] == len(mine)
            assert row["bytes"] == sum(len(t) for t, _ in mine)
            assert row["repositories"] == len({r for _, r in mine if r})
        return sequences, documents, report

    def decode(self, ids):
        """The text of a file's ids, put back in order if there is a gap in it, and its form."""
        marks = [self.sentinels[f"<fim_{part}>"] for part in ("prefix", "suffix", "middle")]
        if ids[0] != marks[0]:
            return b"".join(self.table[i] for i in ids), "whole"
        places = [ids.index(m) for m in marks]
        assert places == sorted(places) and sum(ids.count(m) for m in marks) == 3
        prefix, suffix, middle = (b"".join(self.table[i] for i in ids[a + 1:b]) for a, b in zip(places, places[1:] + [len(ids)]))
        for part in (prefix, suffix, middle):
            part.decode("utf-8")  # no character is cut
        if places[1] == 1 and prefix + middle + suffix not in self.of_text:
            raise AssertionError("a text with a gap did not come back")
        return prefix + middle + suffix, "suffix first" if places[1] == 1 else "prefix first"

    def files(self, phase):
        """Groups of (text, form, ids) of a file of concatenated groups."""
        sequences, documents, report = self.pack(phase)
        groups = []
        for first, last in zip(documents, documents[1:]):
            ids = [i for s in sequences[first:last] for i in s]
            assert ids[-1] == self.end and ids.count(self.end) == 1
            files, begin = [], 0
            for at, i in enumerate(ids):
                if i in (self.between, self.end):
                    files.append((*self.decode(ids[begin:at]), ids[begin:at]))
                    begin = at + 1
            groups.append(files)
        found = sorted(text for group in groups for text, _, _ in group)
        assert found == sorted(self.of_text), phase + ": texts differ"
        return groups, report

    def about(self, group):
        return [self.of_text[text] for text, _, _ in group]


def check_groupings(corpus):
    general, _ = corpus.files("general")
    for group in general:
        assert len(set(corpus.about(group))) == 1 and (len(group) == 1 or corpus.about(group)[0][0])
    keys = [corpus.about(g)[0] for g in general]
    named = [k for k in keys if k[0]]
    assert len(named) == len(set(named)) and [l for _, l in keys] == sorted((l for _, l in keys), key=list(LANGUAGES).index)
    order = [text for group in general for text, _, _ in group]
    assert order != sorted(order)

    repository, _ = corpus.files("repository")
    assert sum(len(g) > 1 for g in repository) == 5 and any(len({l for _, l in corpus.about(g)}) > 1 for g in repository)
    assert all(len({r for r, _ in corpus.about(g)}) == 1 for g in repository)

    single, _ = corpus.files("file")
    assert len(single) == 150 and all(len(g) == 1 for g in single)

    hybrid, _ = corpus.files("hybrid")
    whole = {corpus.about(g)[0][0] for g in hybrid if len({l for _, l in corpus.about(g)}) > 1}
    split = {corpus.about(g)[0][0] for g in hybrid if len(g) > 1} - whole
    assert whole and split, (whole, split)
    for group in hybrid:
        (name,) = {r for r, _ in corpus.about(group)}
        everything = sum(r == name for r, _ in corpus.of_text.values())
        assert (len(group) == everything) if name in whole else (len({l for _, l in corpus.about(group)}) == 1)
    return single


def check_gaps(corpus):
    for phase, least, most, forms in (("gaps", 100, 140, {"whole", "prefix first", "suffix first"}),
                                      ("gaps_prefix_first", 150, 150, {"prefix first", "suffix first"}),
                                      ("gaps_suffix_first", 150, 150, {"suffix first"})):
        groups, report = corpus.files(phase)
        counts = collections.Counter(form for group in groups for _, form, _ in group)
        rearranged = sum(n for form, n in counts.items() if form != "whole")
        assert least <= rearranged <= most and report["gap_sentinels"] == 3 * rearranged, (phase, counts)
        assert set(counts) <= forms and (phase != "gaps" or min(counts["prefix first"], counts["suffix first"]) > 30), counts
        if phase == "gaps_prefix_first":  # an empty prefix looks like the other form
            assert counts["prefix first"] > 120, counts


def check_fitted(corpus, single):
    sequences, _, report = corpus.pack("fitted")
    size, expected = CONTEXT + 1, collections.Counter()
    for ((_, _, ids),) in single:
        ids = ids + [corpus.end]
        expected.update(tuple(ids[at:at + size]) for at in range(0, len(ids), size))
    found = collections.Counter()
    for sequence in sequences:
        assert len(sequence) == size
        begin = 0
        for at, i in enumerate(sequence):
            if i == corpus.end or at + 1 == size:
                found[tuple(sequence[begin:at + 1])] += 1
                begin = at + 1
    found[(corpus.end,)] -= report["padding"]
    assert +found == +expected, "pieces differ"


def check_index(corpus, phase, sequences, passes):
    """Samples as Megatron joins them from the three arrays; every sequence of the file once a pass."""
    out = corpus.path("index_" + phase)
    corpus.run("index", "--tokens", corpus.path(phase + "1"), "--out", out, "--phase", phase, "--passes", str(passes))
    documents, samples, shuffle = (read_npy(os.path.join(out, n + "_index.npy")) for n in ("document", "sample", "shuffle"))
    with open(os.path.join(out, "index.json"), encoding="utf-8") as f:
        about = json.load(f)
    extra = int(about["add_extra_token_to_sequence"])
    assert len(samples) == len(shuffle) + 1 and sorted(shuffle) == list(range(len(shuffle)))
    row = [i for s in sequences for i in s]
    stride = CONTEXT + 1 - extra
    count = (len(row) - extra) // stride
    assert about["sequences_per_pass"] == count and about["sequence_length"] == stride
    whole = [tuple(row[k * stride:k * stride + CONTEXT + 1]) for k in range(count)]
    read = []
    for n in shuffle[:passes * count]:
        (first, offset), (last, end) = samples[n], samples[n + 1]
        if first == last:
            sample = sequences[documents[first]][offset:end + extra]
        else:
            sample = list(sequences[documents[first]][offset:])
            for between in range(first + 1, last):
                sample += sequences[documents[between]]
            sample += sequences[documents[last]][:end + extra]
        read.append(tuple(sample))
    orders = [read[p * count:(p + 1) * count] for p in range(passes)]
    for order in orders:
        assert collections.Counter(order) == collections.Counter(whole), phase + ": a pass is not the file"
    assert orders[0] != whole and orders[0] != orders[1]
    assert len(shuffle) - passes * count == extra * (passes - 1)


def main():
    tokenize, scratch = sys.argv[1], sys.argv[2]
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    corpus = Corpus(tokenize, scratch)
    single = check_groupings(corpus)
    check_gaps(corpus)
    check_fitted(corpus, single)
    for phase in ("general", "fitted"):
        check_index(corpus, phase, read_megatron(corpus.path(phase + "1"))[0], 3)
    shutil.rmtree(scratch)
    print("every text came back, every id is accounted for")


main()
