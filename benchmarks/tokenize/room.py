# SPDX-License-Identifier: Apache-2.0
"""Tokenizers: byte-level BPE and WordPiece encoding of a slice of real code, and the training of a vocabulary, beside their peers.

Cold: a fresh tokenizer; warm: the same one again on the same text. The limit of encoding is our splitter alone in the same run:
no encoder is faster than the cutting of its pieces. Every peer's ids are compared with ours, document by document.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure

PROGRAMS = os.path.join(measure.BUILD, "benchmarks")
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}


def peer(options, name, file, slice_path, runs, ids=None):
    script = os.path.join(os.path.dirname(__file__), "peers.py")
    command = [os.path.join(options.peers, "bin", "python"), script, name, file, slice_path, options.threads, runs]
    return measure.run(command + ([ids] if ids else []), options.threads)


def rates(result, key):
    return [result["bytes"] / 1e6 / seconds for seconds in result[key]]


def equal_documents(ours, theirs):
    """Documents with the same ids, and all documents, from two dumps (PREFIX.lengths, PREFIX.ids: 32-bit numbers)."""
    lengths = [open(prefix + ".lengths", "rb").read() for prefix in (ours, theirs)]
    count, same = len(lengths[0]) // 4, 0
    with open(ours + ".ids", "rb") as a, open(theirs + ".ids", "rb") as b:
        for i in range(min(count, len(lengths[1]) // 4)):
            row = [side.read(4 * int.from_bytes(n[4 * i:4 * i + 4], "little")) for side, n in ((a, lengths[0]), (b, lengths[1]))]
            same += row[0] == row[1]
    return same, count


def tokenizer_with(path, split, folder):
    """The merges of `path` behind another pre-tokenizer, for peers that lack the digit split of StarCoder."""
    made = json.load(open(path, encoding="utf-8"))
    digits = {"type": "Digits", "individual_digits": True}
    made["pre_tokenizer"] = BYTE_LEVEL if split == "gpt2" else {"type": "Sequence", "pretokenizers": [digits, BYTE_LEVEL]}
    out = os.path.join(folder, f"{split}.json")
    json.dump(made, open(out, "w", encoding="utf-8"), ensure_ascii=False)
    return out


def encode(options, scratch, slice_path):
    for split in ("starcoder", "gpt2"):
        tokenizer = tokenizer_with(options.tokenizer, split, scratch)
        ids = os.path.join(scratch, f"us-{split}")
        us = measure.run([os.path.join(PROGRAMS, "bpe_encode"), tokenizer, slice_path, options.threads, options.runs, "--ids", ids], options.threads)
        limit = us["bytes"] / 1e6 / min(us["split"])
        shared = {"threads": options.threads, "megabytes": us["bytes"] / 1e6, "tokens": us["tokens"], "rss_mb": us["rss_mb"], "rss_before_mb": us["rss_before_mb"]}
        kinds = [("cold", "cold"), ("warm", "warm")]
        if not options.peers:
            for kind, _ in kinds:
                measure.compare("tokenize", f"bpe {split} {kind}", "MB/s", rates(us, kind), limit=limit, **shared)
            continue
        names = ["hf", "tiktoken"] + (["gigatoken-file", "gigatoken-texts"] if split == "gpt2" else [])
        for name in names:
            their_ids = os.path.join(scratch, "theirs")
            them = peer(options, name, tokenizer, slice_path, 1 if name == "hf" else options.runs, their_ids)
            same, count = equal_documents(ids, their_ids)
            for kind, theirs in kinds:
                if not them[theirs]:
                    theirs = "cold"  # a peer without a cache
                measure.compare("tokenize", f"bpe {split} {kind}", "MB/s", rates(us, kind), name, rates(them, theirs), limit=limit,
                                goal=1 if name.startswith("gigatoken") else None, **shared, peer_rss_mb=them["rss_mb"],
                                peer_rss_before_mb=them["rss_before_mb"], documents=count, equal_documents=same)
            if name == "gigatoken-file":
                app_memory(options, scratch, tokenizer, slice_path, them["rss_mb"] * 1.048576)


def app_memory(options, scratch, tokenizer, slice_path, theirs):
    """`tokenize encode` as users run it, from rows to .bin, beside the peer that has read its texts from a file."""
    program = os.path.join(measure.ROOT, "bin", options.recipe, "tokenize")
    for cache in ("64M", "16M"):
        peak = measure.peak_megabytes([program, "encode", "--tokenizer", tokenizer, "--in", slice_path, "--cache", cache, "--threads", options.threads,
                                       "--out", os.path.join(scratch, "encoded.bin")])
        measure.compare("tokenize", f"tokenize encode, peak memory, cache of {cache}", "MB", [peak], "gigatoken-file", [theirs], goal=10,
                        more_is_better=False, threads=options.threads)


def word_piece(options, scratch, slice_path):
    ids = os.path.join(scratch, "us-word-piece")
    us = measure.run([os.path.join(PROGRAMS, "word_piece"), options.encoder, slice_path, options.threads, options.runs, "--ids", ids], options.threads)
    shared = {"threads": options.threads, "megabytes": us["bytes"] / 1e6, "tokens": us["tokens"], "rss_mb": us["rss_mb"], "cold": rates(us, "cold")[0]}
    for name in ("hf-word-piece", "blingfire") if options.peers else ():
        them = peer(options, name, options.encoder, slice_path, 1, os.path.join(scratch, "theirs"))
        same, count = equal_documents(ids, os.path.join(scratch, "theirs"))
        measure.compare("tokenize", "word piece", "MB/s", rates(us, "warm") or rates(us, "cold"), name, rates(them, "cold"), goal=30 if name == "hf-word-piece" else None,
                        **shared, documents=count, equal_documents=same)
    if not options.peers:
        measure.compare("tokenize", "word piece", "MB/s", rates(us, "warm") or rates(us, "cold"), **shared)


def train(options, scratch):
    slice_path = measure.slice_of(options.input, options.train_mb, scratch)
    for split in ("starcoder_split", "gpt2_split"):
        us = measure.run([os.path.join(PROGRAMS, "bpe_train"), slice_path, options.threads, options.vocabulary, split], options.threads)
        shared = {"threads": options.threads, "megabytes": us["bytes"] / 1e6, "vocabulary": options.vocabulary, "rss_mb": us["rss_mb"]}
        ours = [us["bytes"] / 1e6 / us["seconds"]]
        if not options.peers:
            measure.compare("tokenize", f"train {split}", "MB/s", ours, **shared)
            continue
        name = "gigatoken-train" if split == "gpt2_split" else "hf-train"
        them = peer(options, name, str(options.vocabulary), slice_path, 1)
        measure.compare("tokenize", f"train {split}", "MB/s", ours, name, rates(them, "cold"), goal=1, **shared, peer_rss_mb=them["rss_mb"],
                        peer_rss_before_mb=them["rss_before_mb"])


def main():
    flags = measure.arguments(__doc__)
    flags.add_argument("--tokenizer", help="tokenizer.json of the byte-level family (needed for bpe)")
    flags.add_argument("--encoder", help="folder of a BERT encoder with vocab.txt and tokenizer.json (needed for word-piece)")
    flags.add_argument("--parts", nargs="+", default=["bpe", "word-piece", "train"], choices=["bpe", "word-piece", "train"])
    flags.add_argument("--mb", type=float, default=200, help="text to encode")
    flags.add_argument("--train-mb", type=float, default=500)
    flags.add_argument("--vocabulary", type=int, default=64000)
    options = flags.parse_args()
    with tempfile.TemporaryDirectory() as own:
        scratch = options.scratch or own
        slice_path = measure.slice_of(options.input, options.mb, scratch)
        if "bpe" in options.parts and options.tokenizer:
            encode(options, scratch, slice_path)
        if "word-piece" in options.parts and options.encoder:
            word_piece(options, scratch, slice_path)
        if "train" in options.parts:
            train(options, scratch)


main()
