# SPDX-License-Identifier: Apache-2.0
"""Optimizer steps beside PyTorch's at its shapes, and, with --input (a run folder with token files), the first steps of a recipe's
first phase as its program runs them, start-up included.

Rates are tokens by second of processor time times threads, the best of the runs, so that a busy machine does not decide; `wall` has
the median of what the clock said. `limit` is what the machine's largest matrix product would allow, measured in the same process, so
`of_limit` is the share of that peak; `memory_ratio` is above 1 where ours needs less.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure

PEERS = {"f32": ["eager-f32", "compile-f32"], "bf16": ["eager-autocast", "compile-autocast", "eager-bf16", "compile-bf16"]}


def rates(run, threads):
    return [run["tokens"] * threads / seconds for seconds in run["processor_seconds"]]


def step(options, shape, precision):
    ours = measure.run([os.path.join(measure.BUILD, "benchmarks", "train_step"), shape, precision, options.threads, options.runs], options.threads)
    mine = [max(rates(ours, options.threads))]
    shared = {"threads": options.threads, "wall": ours["tokens"] / statistics.median(ours["seconds"]), "rss_mb": ours["rss_mb"],
              "limit": ours["peak"] * options.threads / ours["flop_per_token"]}
    name = f"step {shape} {precision}"
    if not options.peers:
        measure.compare("train", name, "tokens/s", mine, **shared)
    for peer in PEERS[precision] if options.peers else ():
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers.py")
        try:
            theirs = measure.run([os.path.join(options.peers, "bin", "python"), script, peer, shape, options.threads, options.runs], options.threads)
        except subprocess.CalledProcessError as error:  # a peer that cannot do this shape is a result too
            print(json.dumps({"job": "train", "metric": name, "peer": peer, "failed": error.returncode}), flush=True)
            continue
        measure.compare("train", name, "tokens/s", mine, peer, [max(rates(theirs, options.threads))], goal=1.3, **shared,
                        peer_wall=theirs["tokens"] / statistics.median(theirs["seconds"]), peer_rss_mb=theirs["rss_mb"],
                        memory_ratio=theirs["rss_mb"] / ours["rss_mb"])


def program(options):
    program = lambda name: os.path.join(measure.ROOT, "bin", options.recipe, name)
    plan = subprocess.run([program("plan")], stdout=subprocess.PIPE, check=True).stdout.decode()
    per_step = int(re.search(r"^\s*general\s.*", plan, re.M).group().split()[4].replace(",", ""))
    runs = []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            os.symlink(os.path.realpath(os.path.join(options.input[0], "tokens")), os.path.join(folder, "tokens"))
            measure.quiet()
            began = time.monotonic()
            subprocess.run([program("train"), "--run", folder, "--phase", "general", "--steps", str(options.steps), "--threads",
                            str(options.threads)], stdout=subprocess.DEVNULL, check=True)
            runs.append(options.steps * per_step / (time.monotonic() - began))
    measure.compare("train", "general, start-up included", "tokens/s", runs, threads=options.threads)


def main():
    flags = measure.arguments(__doc__, inputs=False)
    flags.add_argument("--steps", type=int, default=8, help="of the program, with --input")
    flags.add_argument("--shapes", nargs="+", default=["a", "b", "c"], choices=["a", "b", "c"])
    flags.add_argument("--precisions", nargs="+", default=["f32", "bf16"], choices=["f32", "bf16"])
    options = flags.parse_args()
    for precision in options.precisions:
        for shape in options.shapes:
            step(options, shape, precision)
    if options.input:
        program(options)


main()
