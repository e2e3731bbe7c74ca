# SPDX-License-Identifier: Apache-2.0
"""The starcoder2 chain with its statistics on texts in memory, beside the same chain in plain loops; keys and passwords
beside detect-secrets; near duplicates from shards to the list of what stays, beside rensa; and prepare, all stages on."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure
import secret_finders


def shards_of(slice_path, folder, count=2):
    """The rows of a slice in so many .jsonl.zst files, in turn."""
    paths = [os.path.join(folder, f"part-{number}.jsonl.zst") for number in range(count)]
    rows = open(slice_path, "rb").read().splitlines(keepends=True)
    for number, path in enumerate(paths):
        subprocess.run(["zstd", "-3qfo", path], input=b"".join(rows[number::count]), check=True)
    return paths


def near_duplicates(options, folder):
    """The shape of rensa's 128 permutations, and the one that finds nearly all pairs at 0.9; `kept` of both differ, since its
    duplicates are estimates. Processor time (per_core) is what to compare where the machine is not quiet."""
    program = os.path.join(measure.BUILD, "benchmarks", "near_duplicates")
    shards = shards_of(measure.slice_of(options.input, 100, options.scratch or folder), folder)
    kept = os.path.join(folder, "kept")
    for kind, goal in (("grams", 8), ("words", 1.5)):
        them = None
        if options.peers:
            them = measure.run([os.path.join(options.peers, "bin", "python"), os.path.join(os.path.dirname(__file__), "peers.py"),
                                kind, options.runs, kept, *shards], options.threads)
        for shape in ("8x16", "16x8"):
            us = measure.run([program, f"{kind}-{shape}", options.threads, options.runs, kept, *shards], options.threads)
            checked = measure.run([program, f"{kind}-{shape}", options.threads, 0, kept, *shards], options.threads)
            shared = {"threads": options.threads, "per_core": us["per_core"], "megabytes": us["megabytes"], "documents": us["documents"],
                      "kept": us["kept"], "peak_mebibytes": us["peak_mebibytes"], "joined": checked["joined"],
                      "joined_below_threshold": checked["joined_below_threshold"], "recall_at_0.9": checked["recall_at_0.9"]}
            if them:
                shared |= {"peer_per_core": them["per_core"], "peer_kept": them["kept"]}
            measure.compare("clean", f"near duplicates, {kind} {shape}, verified", "MB/s", us["runs"], "rensa" if them else None,
                            them and them["runs"], goal=goal, **shared)


def main():
    options = measure.arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as own:
        chain = measure.run([os.path.join(measure.BUILD, "benchmarks", "filter"), measure.slice_of(options.input, 100, options.scratch or own),
                             options.threads, options.runs], options.threads)
    measure.compare("clean", "starcoder2 chain with statistics, by core", "MB/s", chain["runs"], "plain loops", chain["plain_runs"], goal=500,
                    megabytes=chain["megabytes"], documents=chain["documents"], differences=chain["differences"])
    with tempfile.TemporaryDirectory(dir=options.scratch) as own:
        secret_finders.compare(options, own)
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        near_duplicates(options, folder)
    program = os.path.join(measure.ROOT, "bin", options.recipe, "prepare")
    size = sum(os.path.getsize(os.path.join(folder, name)) for path in options.input
               for folder, _, names in ([(os.path.dirname(path), [], [os.path.basename(path)])] if os.path.isfile(path) else os.walk(path))
               for name in names)
    runs = []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(dir=options.scratch) as out:
            measure.quiet()
            began = time.monotonic()
            done = subprocess.run([program, "--in", *options.input, "--out", out, "--threads", str(options.threads)], stdout=subprocess.DEVNULL)
            if done.returncode not in (0, 3):
                sys.exit(f"prepare ended with {done.returncode}")
            runs.append(size / 1e6 / (time.monotonic() - began))
    measure.compare("clean", "prepare, files in to shards out", "MB/s", runs, threads=options.threads)


main()
