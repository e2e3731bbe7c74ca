# SPDX-License-Identifier: Apache-2.0
"""The best share of every language out of made-up candidates, which are stored nowhere: what the paper selects, sorted in
memory, and a share so large that sorted runs lie on disk. Each is checked, language by language and row by row, against a sort
of everything (some 4 GiB for the largest language, after the peak was read)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure


def main():
    flags = measure.arguments(__doc__, inputs=False)
    flags.add_argument("--candidates", type=int, default=200_000_000)
    options = flags.parse_args()
    program = os.path.join(measure.BUILD, "benchmarks", "select")
    for share, mebibytes in ((0.03125, 512), (0.3125, 1024)):
        us = measure.run([program, options.candidates, share, mebibytes, "check"], options.threads)
        measure.compare("select", f"best {share:.4%} by tokens, by core", us["unit"], [us["us"]], goal_mebibytes=2048,
                        **{key: value for key, value in us.items() if key not in ("job", "metric", "unit", "us")})


main()
