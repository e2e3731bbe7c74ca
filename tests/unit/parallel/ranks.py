#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One, two, four and eight processes train to the same bytes, whatever happens on the way: ranks.py MPIRUN TRAIN_TINY PMIX_ANSWER FOLDER

TRAIN_TINY (tests/unit/parallel/ranks.cpp) trains a tiny recipe in the folder that it is given, for so many steps. PMIX_ANSWER
(tests/support/pmix_answer.cpp) corrects Open MPI 4's launcher.
"""
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time

mpirun, program, answer, scratch = sys.argv[1:5]
# Without the last two a rank that dies in its first milliseconds may leave Open MPI 4's launcher waiting for ever (docs/pitfalls.md).
LAUNCHER = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "PMIX_MCA_gds": "hash", "LD_PRELOAD": answer}


def main():
    shutil.rmtree(scratch, ignore_errors=True)

    def command(ranks, run, steps=0, precision="f32"):
        launch = [mpirun, "-n", str(ranks)] if ranks > 1 else []
        return launch + [program, os.path.join(scratch, run), str(steps), precision]

    def train(ranks, run, steps=0, wanted=0, precision="f32", launcher=LAUNCHER):
        done = subprocess.run(command(ranks, run, steps, precision), env={**os.environ, **launcher}, capture_output=True, text=True, timeout=300)
        if (done.returncode == 0) != (wanted == 0):
            sys.exit(f"{ranks} ranks, {run}: exit {done.returncode}\n{done.stderr[-3000:]}")
        return done.stderr

    def children(launcher):
        """Process ids of the ranks, as text."""
        name = os.path.basename(program)[:15]
        return subprocess.run(["pgrep", "-P", str(launcher), "-x", name], capture_output=True, text=True).stdout.split()

    def launch(run):
        return subprocess.Popen(command(2, run), env={**os.environ, **LAUNCHER}, stderr=subprocess.DEVNULL)

    def see_the_end(running, death):
        try:
            running.wait(timeout=120)
        except subprocess.TimeoutExpired:
            for process in (*children(running.pid), running.pid):
                os.kill(int(process), 9)
            sys.exit(f"a rank was killed {death}: the launcher did not end within two minutes")

    def states(process):
        """A letter for each of its threads: R runs, D waits for a disk, S sleeps, Z is dead."""
        for thread in os.listdir(f"/proc/{process}/task"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
                yield open(f"/proc/{process}/task/{thread}/stat").read().rsplit(")", 1)[1].split()[0]

    def result(run):
        found = {}
        for folder, _, names in os.walk(os.path.join(scratch, run)):
            for name in names:
                path = os.path.join(folder, name)
                kept = os.path.relpath(path, os.path.join(scratch, run))
                if name != "provenance.json" and not kept.startswith("tokens"):
                    found[kept] = open(path, "rb").read()
        return found

    def same(run, wanted):
        found = result(run)
        other = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
        if other:
            sys.exit(f"{run}: differs from one process in {', '.join(other)}")

    train(1, "one")
    one = result("one")
    assert any(name.endswith("final/optimizer.safetensors") for name in one), sorted(one)
    train(2, "two")
    same("two", one)
    train(4, "four")
    same("four", one)
    train(8, "eight")
    same("eight", one)

    assert one["metrics/general.evaluation.jsonl"].count(b"\n") == 4, one["metrics/general.evaluation.jsonl"]

    # Moments in bf16, of which ranks hold a part each, and checkpoints that training waits for.
    train(1, "narrow", precision="bf16")
    narrow = result("narrow")
    train(4, "narrow_four", precision="bf16")
    same("narrow_four", narrow)

    for ranks, steps in ((1, 3), (8, 4), (2, 2), (1, 4), (4, 0)):  # stops fall between checkpoints and on them
        train(ranks, "changing", steps)
    final = {name: value for name, value in one.items() if "/step-" not in name}
    found = {name: value for name, value in result("changing").items() if "/step-" not in name}
    if found != final:
        sys.exit("a world that changes its size: differs from one process")

    lives = kills = 0
    while not os.path.exists(os.path.join(scratch, "killed", "checkpoints", "general", "final")):
        running = launch("killed")
        ranks = []
        while not ranks and running.poll() is None:  # a busy machine may take seconds to launch them
            time.sleep(0.01)
            ranks = children(running.pid)
        time.sleep(0.04 * lives * (1 + lives / 10))  # in the start at first, in the training later
        if ranks and running.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it may just have ended
                os.kill(int(ranks[-1]), 9)  # one rank; the launcher ends the other
                kills += 1
        see_the_end(running, f"in life {lives}")
        lives += 1
        assert lives < 200
    found = {name: value for name, value in result("killed").items() if "/step-" not in name}
    assert kills > 0
    if found != final:
        sys.exit("a rank was killed: differs from one process")

    # Between a rank's greeting and the launcher's answer: the launcher stands still meanwhile. One that is told to end there
    # has taken over the signal, and ends well.
    for death in (signal.SIGTERM, signal.SIGKILL, signal.SIGKILL, signal.SIGKILL):
        running = launch("greeting")
        ranks = ""
        while not ranks and running.poll() is None:
            time.sleep(0.001)
            ranks = open(f"/proc/{running.pid}/task/{running.pid}/children").read()
        rank = int(ranks.split()[0])
        os.kill(running.pid, signal.SIGSTOP)
        last_ran = begun = time.monotonic()
        while time.monotonic() < min(last_ran + 0.2, begun + 5):  # one that was answered before does not come to rest
            if {"R", "D"} & {*states(rank)}:
                last_ran = time.monotonic()
            time.sleep(0.005)
        os.kill(rank, death)
        while death == signal.SIGKILL and {*states(rank)} != {"Z"}:
            time.sleep(0.001)
        os.kill(running.pid, signal.SIGCONT)
        see_the_end(running, "after its greeting")
        assert (running.returncode == 0) == (death == signal.SIGTERM), (death, running.returncode)

    folder = os.path.join(scratch, "locked", "checkpoints", "general")
    os.makedirs(folder)
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    message = train(4, "locked", wanted=1)  # rank 0 alone fails; the others are not left waiting
    assert "another program is at work" in message, message
    os.close(lock)

    for ranks in (3, 16):
        message = train(ranks, "refused", wanted=1)
        assert "lanes" in message, message
    message = train(1, "foreign", wanted=1, launcher={"PMI_SIZE": "2"})  # as MPICH's launcher says it to a program of Open MPI
    assert "another MPI" in message, message
    print(f"1, 2, 4 and 8 processes agree, also when their number changes and when ranks are killed ({kills} times)")


main()
