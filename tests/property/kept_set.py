#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What prepare keeps does not depend on how it is asked: kept_set.py PREPARE SCRATCH {small|real} [ROWS.jsonl(.zst)...]

The rows are dealt into 1, 7 and 30 files in other orders and cleaned with 1, 2 and 3 threads, near duplicates on; and prepare is
killed (SIGKILL) at ten moments spread over its whole run and started again, then once more to its end. Ids and texts that are kept
must be the same every time, and so must the bytes of the documents and their signals. small: made rows; real: those given.
"""
import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

WORDS = "harbour lantern meadow copper window thread marble signal garden ladder timber velvet anchor basket candle".split()


def made_rows(count=3000):
    """Files that grow out of each other by small edits, in twenty repositories; some are copies."""
    pick, rows, lines = random.Random(11), [], []
    for number in range(count):
        if number % 12 == 0:
            lines = [f"def {pick.choice(WORDS)}_{pick.randrange(10 ** 6)}({pick.choice(WORDS)}):\n    return {pick.randrange(10 ** 6)}\n"
                     for _ in range(30)]
        for _ in range(pick.randrange(4)):
            lines[pick.randrange(len(lines))] = f"{pick.choice(WORDS)} = {pick.choice(WORDS)} + {pick.randrange(10 ** 6)}\n"
        rows.append(json.dumps({"repo": f"r{pick.randrange(20)}", "path": f"src/{number}.py", "content": "".join(lines)}).encode() + b"\n")
    return rows


def given_rows(paths):
    rows = []
    for path in paths:
        text = subprocess.run(["zstd", "-dcq", path] if path.endswith(".zst") else ["cat", path], stdout=subprocess.PIPE, check=True).stdout
        rows += text.splitlines(keepends=True)
    return rows


def deal(rows, folder, shards):
    """In turn; a folder of them is one input."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for number in range(shards):
        with open(os.path.join(folder, f"part-{number:03}.jsonl"), "wb") as out:
            out.writelines(rows[number::shards])


def start(prepare, folder, out, threads):
    command = [prepare, "--in", folder, "--out", out, "--threads", str(threads), "--memory", "512M"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def finish(process):
    if process.wait() not in (0, 3):
        sys.exit(f"{' '.join(process.args)} ended with {process.returncode}")


def result(out):
    """What was kept, as a hash of sorted (id, text), and a hash of the bytes of documents and signals."""
    kept, files = [], hashlib.sha256()
    for part in ("documents", "attributes/signals"):
        for name in sorted(os.listdir(os.path.join(out, part))):
            path = os.path.join(out, part, name)
            files.update(name.encode() + open(path, "rb").read())
            if part == "documents":
                text = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
                for line in text.splitlines():
                    row = json.loads(line)
                    kept.append((row["id"], hashlib.sha256(row["text"].encode()).hexdigest()))
    kept.sort()
    return {"documents": len(kept), "kept": hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:16], "bytes": files.hexdigest()[:16]}


def note(**values):
    print(json.dumps(values), flush=True)


def main():
    prepare, scratch, kind = sys.argv[1:4]
    if not shutil.which("zstd"):
        return print("the program zstd is not here: nothing was tested")
    os.makedirs(scratch, exist_ok=True)
    rows = given_rows(sys.argv[4:]) if kind == "real" else made_rows()
    folder, out = os.path.join(scratch, "rows"), os.path.join(scratch, "out")
    deal(rows, folder, 7)
    shutil.rmtree(out, ignore_errors=True)
    began = time.monotonic()
    finish(start(prepare, folder, out, 2))
    took = time.monotonic() - began
    expected = result(out)
    drops = {d["reason"]: d["files"] for d in json.load(open(os.path.join(out, "funnel.json"), encoding="utf-8"))["total"]["dropped"]}
    note(rows=len(rows), megabytes=round(sum(map(len, rows)) / 1e6, 1), seconds=round(took, 2), dropped=drops, **expected)
    if not drops.get("similar_content"):
        sys.exit("there are no near duplicates in these rows")

    draw, wrong, killed = random.Random(os.urandom(8)), 0, 0
    shutil.rmtree(out)
    tries = 0
    while killed < 10 and tries < 50:
        tries += 1
        process = start(prepare, folder, out, 1 + killed % 3)
        moment = took * (killed + draw.random()) / 10
        time.sleep(moment)
        if process.poll() is not None:
            took *= 0.9  # it was faster this time
            shutil.rmtree(out)
            continue
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        killed += 1
        note(kill=killed, after=round(moment, 2), left=sorted(os.listdir(out)) if os.path.isdir(out) else [])
    finish(start(prepare, folder, out, 2))
    after = result(out)
    wrong += after != expected
    note(kills=killed, same=after == expected, **after)

    for shards, threads in itertools.product((1, 7, 30), (1, 2, 3)):
        dealt = rows[:]
        draw.shuffle(dealt)
        deal(dealt, folder, shards)
        shutil.rmtree(out, ignore_errors=True)
        finish(start(prepare, folder, out, threads))
        got = result(out)
        wrong += got != expected
        note(shards=shards, threads=threads, same=got == expected, **got)
    shutil.rmtree(folder)
    shutil.rmtree(out)
    if wrong or killed < 10:
        sys.exit(f"{killed} kills; {wrong} of 10 results differ")
    print(f"{killed} kills; 10 results are the same")


if __name__ == "__main__":
    main()
