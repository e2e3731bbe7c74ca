# SPDX-License-Identifier: Apache-2.0
"""EvoEval's rules beside EvoEval: VENV/bin/python tests/parity/evoeval_verdicts.py bin/RECIPE/judge HumanEvalPlus.jsonl.gz SCRATCH

HumanEval+'s tasks are written as EvoEval writes its own (inputs as Python's text), so that this needs no file of EvoEval's, and
every changed canonical solution must get the same verdict. VENV has the packages evoeval and evalplus. Ends with 1 if any differs."""
import gzip
import json
import os
import random
import sys

from evalplus.gen.util import trusted_exec
from evoeval.eval_test import untrusted_check

from verdicts import mutants, our_verdicts

MOST_INPUTS, MUTANTS = 60, 6


def evolved(row, number):
    inputs = (row["base_input"] + row["plus_input"])[:MOST_INPUTS]
    return {"task_id": "EvoEval/%d" % number, "entry_point": row["entry_point"], "prompt": row["prompt"],
            "canonical_solution": row["canonical_solution"], "inputs": [", ".join(map(repr, arguments)) for arguments in inputs]}


def main():
    judge, benchmark, scratch = sys.argv[1:4]
    random.seed(2409)
    with (gzip.open if benchmark.endswith(".gz") else open)(benchmark, "rt", encoding="utf-8") as rows:
        tasks = [evolved(json.loads(row), number) for number, row in enumerate(rows)]
    path = os.path.join(scratch, "EvoEval_combine.jsonl")
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in tasks)
    programs = {row["task_id"]: mutants(row["prompt"] + row["canonical_solution"], MUTANTS) for row in tasks}
    ours = our_verdicts([judge, "--benchmark", path], programs, scratch)
    total = passed = differ = unjudged = 0
    for row in tasks:
        inputs = [eval("[%s]" % text) for text in row["inputs"]]
        answers, seconds = trusted_exec(row["prompt"] + "\n" + row["canonical_solution"], inputs, row["entry_point"],
                                        record_time=True, output_not_none=False)
        for i, program in enumerate(programs[row["task_id"]]):
            mine = ours[row["task_id"], i]
            if mine["verdict"] == "refused":
                unjudged += 1
                continue
            theirs = untrusted_check("EvoEval_combine", program, [eval("[%s]" % text) for text in row["inputs"]], row["entry_point"],
                                     row["task_id"], answers, 0, seconds, True, 4.0, 4.0)[0] == "pass"
            total, passed = total + 1, passed + theirs
            if theirs != (mine["verdict"] == "passed"):
                differ += 1
                print(row["task_id"], i, "EvoEval:", theirs, "here:", mine["verdict"], mine["detail"])
    print(total, "changed solutions,", passed, "of them pass,", differ, "differ;", unjudged, "more cannot be judged here")
    sys.exit(bool(differ))


main()
