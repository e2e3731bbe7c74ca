#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What apps/train.sbatch starts and refuses: sbatch.py SCRIPT FOLDER, in a folder with a recipe of eight lanes and an srun that
only prints what it was asked for."""
import os
import shutil
import subprocess
import sys

script, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
shutil.rmtree(folder, ignore_errors=True)
for path, text in (("bin/some/train", "echo 'recipe       some'; echo \"lanes        8 of a step's gradient\""), ("srun", 'echo "$@"')):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write("#!/bin/sh\n" + text + "\n")
    os.chmod(path, 0o755)


def start(ranks, **slurm):
    names = {"SLURM_NTASKS": str(ranks), "SLURM_CPUS_ON_NODE": "16", "PATH": os.path.abspath(folder) + ":" + os.environ["PATH"]}
    return subprocess.run(["bash", script, "some", "run", "--device", "cuda"], cwd=folder, env={**os.environ, **names, **slurm},
                          capture_output=True, text=True)


for ranks, slurm, threads in ((1, {}, 16), (8, {}, 16), (8, {"SLURM_NTASKS_PER_NODE": "8"}, 2), (8, {"SLURM_NTASKS_PER_NODE": "32"}, 1)):
    done = start(ranks, **slurm)
    assert done.returncode == 0, done.stderr
    wanted = f"bin/some/train --run run --threads {threads} --device cuda\n"
    assert done.stdout.endswith(wanted), (done.stdout, wanted)
for ranks in (3, 16):
    done = start(ranks)
    assert done.returncode == 2 and done.stdout == "", done
    assert f"{ranks} ranks" in done.stderr and "at most 8" in done.stderr and "reduction_lanes" in done.stderr, done.stderr
print("train.sbatch starts as many ranks as there are lanes, and no more")
