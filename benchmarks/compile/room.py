# SPDX-License-Identifier: Apache-2.0
"""Seconds until one app of a changed recipe is a binary again (goal: under a minute)."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure


def main():
    flags = measure.arguments(__doc__, inputs=False)
    flags.add_argument("--app", default="train")
    options = flags.parse_args()
    runs = []
    for _ in range(options.runs):
        os.utime(os.path.join(measure.ROOT, "include", "snowcoder", "recipes", options.recipe + ".hpp"))
        measure.quiet()
        began = time.monotonic()
        subprocess.run(["cmake", "--build", measure.BUILD, "--target", f"{options.recipe}.{options.app}"], stdout=subprocess.DEVNULL, check=True)
        runs.append(time.monotonic() - began)
    measure.compare("compile", f"{options.app} of a changed recipe", "s", runs, goal=60, more_is_better=False)


main()
