# SPDX-License-Identifier: Apache-2.0
"""sentence-transformers over whole documents: sentence_peer.py FOLDER DOCUMENTS.jsonl.zst THREADS RUNS WINDOW

Everything as its documentation has it: float, batches of 32, its own sorting, padding and truncation (WINDOW "default": what the
folder says; a number: that many tokens). It has no sections: they are cut by its tokenizer's offsets, top, middle and bottom of a
file, files that fit one section give one. A linear head follows, and rows of scores are written. Prints one JSON line: seconds of
every run from the compressed file to written scores, by the clock and of the processor; loading the model is not counted."""
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

ROOM = 510


def sections(tokenizer, text):
    """The texts of the sections of a file."""
    spans = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False)["offset_mapping"]
    n = len(spans)
    starts = [0] if n <= ROOM else sorted({0, (n - ROOM) // 2, n - ROOM})
    return [text[spans[s][0]:spans[min(n, s + ROOM) - 1][1]] for s in starts] if n else [""]


def main():
    folder, path, threads, runs, window = sys.argv[1:6]
    torch.set_num_threads(int(threads))
    model = SentenceTransformer(folder, device="cpu")
    if window != "default":
        model.max_seq_length = int(window)
    rng = np.random.default_rng(1)
    width = model.encode(["warm up"]).shape[1]
    head = rng.standard_normal(width).astype(np.float32)

    def once():
        began, processor = time.perf_counter(), time.process_time()
        read = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
        rows = [json.loads(line) for line in read.splitlines()]
        texts, owner = [], []
        for number, row in enumerate(rows):
            for text in sections(model.tokenizer, row["text"]):
                texts.append(text)
                owner.append(number)
        cut = time.perf_counter() - began
        logits = model.encode(texts) @ head
        sums, counts = np.zeros(len(rows)), np.zeros(len(rows))
        np.add.at(sums, owner, logits)
        np.add.at(counts, owner, 1)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as out:
            for row, value in zip(rows, sums / counts):
                out.write(json.dumps({"id": row["id"], "attributes": {"value": [[0, len(row["text"]), float(value)]]}}) + "\n")
            out.flush()
            os.fsync(out.fileno())
        return time.perf_counter() - began, time.process_time() - processor, cut, texts

    times = [once() for _ in range(int(runs))]
    limit = model.max_seq_length
    tokens = sum(min(limit, len(ids)) for ids in model.tokenizer(times[0][3], truncation=False, verbose=False)["input_ids"])
    print(json.dumps({"wall": [t[0] for t in times], "processor": [t[1] for t in times], "cutting": times[0][2] / times[0][0],
                      "window": limit, "tokens": tokens}))


main()
