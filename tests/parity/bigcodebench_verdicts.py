# SPDX-License-Identifier: Apache-2.0
"""BigCodeBench beside its own harness: VENV/bin/python tests/parity/bigcodebench_verdicts.py bin/RECIPE/judge BENCHMARK SCRATCH [TASKS]

Of TASKS tasks (drawn; all by default) the canonical solution and changes of it must get the same verdict wherever the canonical one
passes here. VENV has the package bigcodebench and what tasks import; the judge is given the same packages. Ends with 1 if any differs."""
import gzip
import json
import random
import sys

from bigcodebench.eval import untrusted_check

from verdicts import mutants, our_verdicts

MUTANTS = 2
LIMITS = (128 * 1024, 4 * 1024, 5)  # address space, data, stack in MiB: the harness's defaults


def main():
    judge, benchmark, scratch = sys.argv[1:4]
    random.seed(2409)
    with (gzip.open if benchmark.endswith(".gz") else open)(benchmark, "rt", encoding="utf-8") as rows:
        tasks = [json.loads(row) for row in rows]
    if len(sys.argv) > 4:
        tasks = random.sample(tasks, int(sys.argv[4]))
    own = {row["task_id"]: row["complete_prompt"] + "\n" + row["canonical_solution"] for row in tasks}
    programs = {task: [text] + mutants(text, MUTANTS) for task, text in own.items()}
    ours = our_verdicts([judge, "--benchmark", benchmark, "--packages", sys.prefix], programs, scratch)
    total = passed = differ = unjudged = elsewhere = 0
    for row in tasks:
        for i, program in enumerate(programs[row["task_id"]]):
            mine = ours[row["task_id"], i]
            stub = row["code_prompt"] + "\n    pass\n"
            theirs = untrusted_check(stub + program, row["test"], row["entry_point"], *LIMITS)[0] == "pass"
            if mine["verdict"] == "refused":
                unjudged, elsewhere = unjudged + 1, elsewhere + (theirs and i == 0)
                continue
            total, passed = total + 1, passed + theirs
            if theirs != (mine["verdict"] == "passed"):
                differ += 1
                print(row["task_id"], i, "BigCodeBench:", theirs, "here:", mine["verdict"], mine["detail"], flush=True)
    print(total, "programs,", passed, "of them pass,", differ, "differ;", unjudged, "more cannot be judged here, of which",
          elsewhere, "are canonical and pass there")
    sys.exit(bool(differ))


main()
