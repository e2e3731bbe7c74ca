#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What apps/quickstart.sh refuses before it builds, that --offline fetches nothing, and that Ctrl-C ends it:
quickstart_refuses.py QUICKSTART"""
import os
import signal
import subprocess
import sys
import tempfile
import time


def main():
    script, problems = os.path.abspath(sys.argv[1]), []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("one", "other", "programs"):
            os.mkdir(os.path.join(folder, name))
        # Stands for what would build and fetch: it notes that it was called.
        for program in ("cmake", "python3"):
            path = os.path.join(folder, "programs", program)
            with open(path, "w", encoding="utf-8") as out:
                out.write(f"#!/bin/sh\necho {program} >> {folder}/called\n")
            os.chmod(path, 0o755)
        environment = dict(os.environ, PATH=os.path.join(folder, "programs") + ":" + os.environ["PATH"])

        def ends(words, code, message):
            done = subprocess.run([script, *words, "--offline"], cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode != code or message not in done.stderr:
                problems.append(f"{words}: {done.returncode} and {done.stderr!r}, not {code} and {message!r}")

        ends(["--source", "absent"], 2, "--source needs a folder that is there, not 'absent'")
        ends(["--run", ""], 2, "--run needs a folder")
        ends(["--runs", "a"], 2, "unknown argument: --runs")
        done = subprocess.run([script, "--offline", "--run"], cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode != 2:
            problems.append(f"--run without a folder: {done.returncode}")
        os.makedirs(os.path.join(folder, "begun", "corpus"))
        with open(os.path.join(folder, "begun", "sources.txt"), "w", encoding="utf-8") as out:
            out.write(os.path.realpath(os.path.join(folder, "one")) + "\n")
        ends(["--run", "begun", "--source", "other"], 2, "was begun with other --source trees")
        ends(["--run", "begun"], 2, "was begun with other --source trees")
        if os.path.exists(os.path.join(folder, "called")):
            problems.append("built before it refused")
        ends(["--run", "begun", "--source", "one"], 1, "could not be had; run once without --offline")
        with open(os.path.join(folder, "called"), encoding="utf-8") as calls:
            if "python3" in calls.read():
                problems.append("--offline fetches")

        # As train does: a checkpoint is written, and all is well. The tests' own parent may have ignored the signal.
        with open(os.path.join(folder, "programs", "cmake"), "w", encoding="utf-8") as out:
            out.write("#!/bin/sh\ntrap 'exit 0' INT\necho begun\nwhile :; do sleep 0.1; done\n")
        running = subprocess.Popen([script, "--run", "stopped", "--offline"], cwd=folder, env=environment, start_new_session=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        log, until = os.path.join(folder, "stopped", "configure.log"), time.monotonic() + 60
        while running.poll() is None and time.monotonic() < until and not (os.path.exists(log) and os.path.getsize(log)):
            time.sleep(0.02)
        os.killpg(running.pid, signal.SIGINT)
        said = running.communicate(timeout=120)[0]
        if running.returncode != 130 or "encoder" in said:
            problems.append(f"Ctrl-C: {running.returncode} and {said!r}")
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main()
