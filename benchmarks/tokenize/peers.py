# SPDX-License-Identifier: Apache-2.0
"""One peer of the tokenize room, in a process of its own: peers.py PEER FILE SLICE THREADS RUNS [IDS]

PEER   hf, tiktoken, gigatoken-texts, gigatoken-file (FILE: a tokenizer.json), hf-word-piece, blingfire (FILE: a BERT folder),
       hf-train, gigatoken-train (FILE: the vocabulary's size)
SLICE  rows of {"id", "text"}
IDS    where the ids go: 32-bit counts, one a document, in IDS.lengths; all ids in a row in IDS.ids

Prints {"cold": [seconds], "warm": [seconds], "bytes", "tokens", "rss_mb"}. A cold run has a fresh tokenizer; loading it is not timed.
"""
import json
import os
import sys
import time

SEPARATOR = "<|endoftext|>"
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
STARCODER = GPT2.replace(r" ?\p{N}+", r"\p{N}").replace(r"|\s+(?!\S)", r"|\s+(?=\p{N})|\s+(?!\S)")


def timed(make, work, runs, warm=True):
    """Seconds of `work(tool)` with a fresh tool each run, and again with the same tool; the last result."""
    cold, again, result = [], [], None
    for _ in range(runs):
        tool, result = make(), None
        began = time.perf_counter()
        result = work(tool)
        cold.append(time.perf_counter() - began)
        if warm:
            began = time.perf_counter()
            work(tool)
            again.append(time.perf_counter() - began)
    return cold, again, result


def hf(path, texts, threads, runs, _):
    from tokenizers import Tokenizer
    cold, warm, rows = timed(lambda: Tokenizer.from_file(path), lambda t: t.encode_batch_fast(texts, add_special_tokens=False), runs, False)
    return cold, warm, [row.ids for row in rows]


def hf_word_piece(folder, texts, threads, runs, _):
    from tokenizers import Tokenizer

    def make():
        tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer
    cold, warm, rows = timed(make, lambda t: t.encode_batch_fast(texts, add_special_tokens=False), runs, False)
    return cold, warm, [row.ids for row in rows]


def blingfire(_, texts, threads, runs, __):
    import blingfire as library
    model = library.load_model(os.path.join(os.path.dirname(library.__file__), "bert_base_tok.bin"))
    one = lambda text: library.text_to_ids(model, text, max(16, len(text.encode())), 100, no_padding=True)
    return timed(lambda: None, lambda _: [one(text) for text in texts], runs, False)


def tiktoken(path, texts, threads, runs, _):
    import tiktoken as library
    made = json.load(open(path))
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    byte_of = {chr(b): b for b in printable}
    byte_of.update({chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in printable)})
    special = {t["content"]: t["id"] for t in made["added_tokens"]}
    ranks = {bytes(byte_of[c] for c in token): i for token, i in made["model"]["vocab"].items() if token not in special}
    pattern = STARCODER if made["pre_tokenizer"]["type"] == "Sequence" else GPT2
    make = lambda: library.Encoding("peer", pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)
    return timed(make, lambda t: t.encode_ordinary_batch(texts, num_threads=threads), runs)


def separated(slice_path):
    """The texts of the slice in one file, as the peers that read files want them; nothing stays in memory."""
    path = os.path.join(os.path.dirname(slice_path), "separated.txt")
    with open(slice_path, encoding="utf-8") as rows, open(path, "wb") as out:
        for number, row in enumerate(rows):
            out.write((SEPARATOR.encode() if number else b"") + json.loads(row)["text"].encode())
    return path


def gigatoken_texts(path, texts, threads, runs, _):
    import gigatoken
    return timed(lambda: gigatoken.Tokenizer(path), lambda t: t.encode_batch(texts, parallel=threads > 1), runs)


def gigatoken_file(path, _, threads, runs, slice_path):
    import gigatoken
    flat = separated(slice_path)
    source = lambda: gigatoken.TextFileSource([flat], separator=SEPARATOR)
    found = timed(lambda: gigatoken.Tokenizer(path), lambda t: t.encode_files(source(), parallel=threads > 1), runs)
    os.remove(flat)
    return found


def hf_train(size, texts, threads, runs, _):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    def make():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                           pre_tokenizers.ByteLevel(add_prefix_space=False)])
        return tokenizer
    trainer = lambda: trainers.BpeTrainer(vocab_size=int(size), min_frequency=2, special_tokens=[SEPARATOR], show_progress=False,
                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    cold, warm, _ = timed(make, lambda t: t.train_from_iterator(texts, trainer()), runs, False)
    return cold, warm, []


def gigatoken_train(size, _, threads, runs, slice_path):
    import gigatoken
    from gigatoken import gigatoken_rs
    flat = separated(slice_path)
    source = gigatoken.TextFileSource([flat], separator=SEPARATOR)
    cold, warm, _ = timed(lambda: None, lambda _: gigatoken_rs.train_bpe(source, int(size), [SEPARATOR]), runs, False)
    os.remove(flat)
    return cold, warm, []


PEERS = {"hf": hf, "tiktoken": tiktoken, "gigatoken-texts": gigatoken_texts, "gigatoken-file": gigatoken_file,
         "hf-word-piece": hf_word_piece, "blingfire": blingfire, "hf-train": hf_train, "gigatoken-train": gigatoken_train}
READS_FILES = {"gigatoken-file", "gigatoken-train"}


def peak_mebibytes():
    """Of this program alone: getrusage would count the one that started it too."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM:"))


def main():
    name, path, slice_path, threads, runs = sys.argv[1:6]
    os.environ["RAYON_NUM_THREADS"] = threads
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if int(threads) > 1 else "false"
    texts, size = [], 0
    with open(slice_path, encoding="utf-8") as rows:
        for row in rows:
            text = json.loads(row)["text"]
            size += len(text.encode())
            if name not in READS_FILES:
                texts.append(text)
    before = peak_mebibytes()
    cold, warm, rows = PEERS[name](path, texts, int(threads), int(runs), slice_path)
    result = {"cold": cold, "warm": warm, "bytes": size, "rss_before_mb": before}
    result["rss_mb"] = peak_mebibytes()  # before ids become lists
    if len(rows):
        import numpy
        rows = rows.to_list() if hasattr(rows, "to_list") else rows
        result["tokens"] = sum(len(row) for row in rows)
        if len(sys.argv) > 6:
            numpy.asarray([len(row) for row in rows], numpy.uint32).tofile(sys.argv[6] + ".lengths")
            with open(sys.argv[6] + ".ids", "wb") as out:
                for row in rows:
                    numpy.asarray(row, numpy.uint32).tofile(out)
    print(json.dumps(result))


main()
