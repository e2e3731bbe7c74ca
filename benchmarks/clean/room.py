# SPDX-License-Identifier: Apache-2.0
"""The starcoder2 chain with its statistics on texts in memory, beside the same chain in plain loops; keys and passwords beside
detect-secrets; and prepare, all stages on."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure
import secret_finders


def main():
    options = measure.arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as own:
        chain = measure.run([os.path.join(measure.BUILD, "benchmarks", "filter"), measure.slice_of(options.input, 100, options.scratch or own),
                             options.threads, options.runs], options.threads)
    measure.compare("clean", "starcoder2 chain with statistics, by core", "MB/s", chain["runs"], "plain loops", chain["plain_runs"], goal=500,
                    megabytes=chain["megabytes"], documents=chain["documents"], differences=chain["differences"])
    with tempfile.TemporaryDirectory(dir=options.scratch) as own:
        secret_finders.compare(options, own)
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
