# SPDX-License-Identifier: Apache-2.0
"""rensa on the shards of the near-duplicate benchmark: peers.py grams|words RUNS KEPT SHARD.jsonl.zst...

From the first open to the list of ids that stay, which is written to KEPT. 128 permutations, 8 bands, threshold 0.8; grams are
five words, cut as BigCode's pipeline cuts them. Its duplicates are estimated, ours are verified. Prints one JSON line.
"""
import json
import re
import subprocess
import sys
import time

from rensa import RMinHashDeduplicator

NO_WORD = re.compile(r"[^A-Za-z_0-9]+")


def grams(text, width=5):
    words = NO_WORD.split(text)
    return list({" ".join(words[i:i + width]) for i in range(max(1, len(words) - width + 1))})


def rows(paths):
    for path in paths:
        with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as reader:
            for line in reader.stdout:
                row = json.loads(line)
                yield row["id"], row["text"]


def kept_ids(tokens, paths):
    finder = RMinHashDeduplicator(threshold=0.8, num_perm=128, use_lsh=True, num_bands=8)
    kept, batch, size = [], [], 0

    def flush():
        kept.extend(key for (key, _), keep in zip(batch, finder.add_pairs(batch)) if keep)
        batch.clear()

    for key, text in rows(paths):
        size += len(text.encode())
        batch.append((key, tokens(text)))
        if len(batch) == 256:
            flush()
    flush()
    return kept, size


def main():
    kind, runs, out, paths = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    wall, per_core = [], []
    for _ in range(runs):
        began, processor = time.monotonic(), time.process_time()
        kept, size = kept_ids(grams if kind == "grams" else str.split, paths)
        wall.append(size / 1e6 / (time.monotonic() - began))
        per_core.append(size / 1e6 / (time.process_time() - processor))  # without zstd's own process, to its advantage
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(f"{key}\n" for key in sorted(kept))
    print(json.dumps({"runs": wall, "per_core": per_core, "kept": len(kept)}))


main()
