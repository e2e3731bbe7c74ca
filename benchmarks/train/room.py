# SPDX-License-Identifier: Apache-2.0
"""Steps of a recipe's first phase: tokens per second, start-up included. --input: a run folder with token files."""
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure


def main():
    flags = measure.arguments(__doc__)
    flags.add_argument("--steps", type=int, default=8)
    options = flags.parse_args()
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


main()
