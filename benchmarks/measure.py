# SPDX-License-Identifier: Apache-2.0
"""What the rooms of the benchmark share: the input, the quiet gate, runs of programs, and the JSON line of a comparison.

Needs Python's standard library only; the program zstd reads .zst. What a room prints is described in benchmarks/run.sh.
"""
import argparse
import hashlib
import json
import os
import random
import statistics
import subprocess
import sys
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
BUILD = os.path.join(ROOT, "build", "release")
SOURCES = set("py java cpp cc cxx hpp hh h c js mjs php cs go ts tsx sql rb rs ipynb scala kt sh dart swift pl tcl m4 el lua".split())


def arguments(description, inputs=True):
    """The flags that every room takes; the room adds its own and calls parse_args."""
    flags = argparse.ArgumentParser(prog="benchmarks/run.sh", description=description)
    flags.add_argument("--input", nargs="+", default=[], required=inputs, help="real code: JSONL, JSONL.zst or folders of source files")
    flags.add_argument("--peers", metavar="VENV", help="a Python environment with the peers; without it only our side runs")
    flags.add_argument("--threads", type=int, default=1, help="threads on both sides; 1 also pins to one core")
    flags.add_argument("--runs", type=int, default=5, help="measured runs; the median is reported")
    flags.add_argument("--scratch", help="folder for slices and results that may be used again")
    flags.add_argument("--recipe", default="quickstart")
    return flags


def documents(paths, largest=256_000):
    """Texts of JSONL rows (content or text) or of source files, in a fixed order; the largest files would fill a slice."""
    for _, text in named_documents(paths, largest):
        yield text


def named_documents(paths, largest=256_000):
    """The same with their paths; rows may have none."""
    for path in paths:
        names = [path] if os.path.isfile(path) else sorted(
            os.path.join(folder, name) for folder, _, files in os.walk(path) for name in files)
        for name in names:
            if name.endswith((".jsonl", ".jsonl.zst")):
                command = ["zstd", "-dcq", name] if name.endswith(".zst") else ["cat", name]
                with subprocess.Popen(command, stdout=subprocess.PIPE) as reader:
                    for line in reader.stdout:
                        row = json.loads(line)
                        text = row.get("content", row.get("text", ""))
                        if 0 < len(text) <= largest:
                            yield row.get("path", ""), text
            elif name.rsplit(".", 1)[-1] in SOURCES and os.path.getsize(name) <= largest:
                with open(name, encoding="utf-8", errors="replace") as file:
                    if text := file.read():
                        yield name, text


def slice_of(paths, megabytes, scratch, pool=1.2, seed=2409):
    """A file of {"id", "text"} rows: a seeded sample of so much text out of the first `pool` times as much."""
    key = hashlib.sha256(json.dumps([paths, megabytes, pool, seed]).encode()).hexdigest()[:12]
    path = os.path.join(scratch, f"slice-{megabytes:g}-{key}.jsonl")
    if os.path.exists(path):
        return path
    texts, size = [], 0
    for text in documents(paths):
        text = text.encode("utf-8", "replace").decode()
        texts.append(text)
        size += len(text.encode())
        if size >= megabytes * 1e6 * pool:
            break
    random.Random(seed).shuffle(texts)
    size = 0
    with open(path + ".part", "w", encoding="utf-8") as out:
        for number, text in enumerate(texts):
            if size >= megabytes * 1e6:
                break
            out.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")
            size += len(text.encode())
    os.rename(path + ".part", path)
    return path


def text_bytes(path):
    """Bytes of text in a slice, and its documents."""
    size = count = 0
    with open(path, encoding="utf-8") as rows:
        for row in rows:
            size += len(json.loads(row)["text"].encode())
            count += 1
    return size, count


def quiet(most_busy=0.1, wait=120):
    """Waits until others leave the machine alone; says so when they do not."""
    def busy():
        before = cpu_times()
        time.sleep(0.5)
        after = cpu_times()
        return 1 - (after[1] - before[1]) / max(1, after[0] - before[0])
    began = time.monotonic()
    while busy() > most_busy:
        if time.monotonic() - began > wait:
            print("the machine is not quiet: distrust what follows", file=sys.stderr)
            return False
    return True


def cpu_times():
    """All ticks and idle ticks of the machine."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:]]
    return sum(ticks), ticks[3] + ticks[4]


def run(command, threads):
    """The last line of a program's output, as JSON; one thread is pinned to one core."""
    quiet()
    if threads == 1:
        command = ["taskset", "-c", "0", *command]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.decode().strip().splitlines()[-1])


def peak_megabytes(command):
    """The most memory that a program held, as its own /proc entry says until it ends; its parent's would count in getrusage."""
    quiet()
    peak = 0
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        while program.poll() is None:
            with open(f"/proc/{program.pid}/status", encoding="ascii") as status:
                peak = next((int(line.split()[1]) * 1024 / 1e6 for line in status if line.startswith("VmHWM:")), peak)
            time.sleep(0.01)
    if program.returncode not in (0, 3):
        sys.exit(f"{command[0]} ended with {program.returncode}")
    return peak


def rounded(value):
    """Four places behind the point, or four digits of what is small."""
    if not isinstance(value, float):
        return value
    return round(value, 4) if abs(value) >= 0.01 else float(f"{value:.4g}")


def compare(job, metric, unit, ours, peer=None, theirs=None, goal=None, limit=None, more_is_better=True, **extra):
    """Prints one comparison. `ours`, `theirs`: measured runs. The ratio is above 1 where ours is the better one."""
    line = {"job": job, "metric": metric, "unit": unit, "us": statistics.median(ours), "runs": ours}
    if peer:
        line["peer"], line["peer_value"] = peer, statistics.median(theirs)
        line["peer_runs"] = theirs
        better = line["us"] / line["peer_value"]
        line["ratio"] = better if more_is_better else 1 / better
    if goal is not None:
        line["goal"] = goal
    if limit is not None:
        line["limit"], line["of_limit"] = limit, line["us"] / limit
    print(json.dumps({key: rounded(value) for key, value in {**line, **extra}.items()}), flush=True)
