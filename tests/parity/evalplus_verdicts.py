# SPDX-License-Identifier: Apache-2.0
"""HumanEval+ and MBPP+ beside EvalPlus: VENV/bin/python tests/parity/evalplus_verdicts.py bin/RECIPE/judge BENCHMARK SCRATCH [MUTANTS]

Every input must be the same value of the same type, and every changed canonical solution (MUTANTS of each task: an operator, a
number, a comparison, the type of an answer) must get the same verdict by base and by all inputs. Prints what differs; ends with 1
if anything does. Times are limited on both sides, so a busy machine makes differences of its own."""
import copy
import gzip
import json
import os
import random
import re
import subprocess
import sys

from evalplus.data.mbpp import mbpp_deserialize_inputs
from evalplus.eval import untrusted_check
from evalplus.eval._special_oracle import MBPP_OUTPUT_NOT_NONE_TASKS
from evalplus.gen.util import trusted_exec

from verdicts import mutants, our_verdicts

HEADER = os.path.join(os.path.dirname(__file__), "../../include/snowcoder/evaluate/differential_tests.hpp")
PARTS = ("base_input", "plus_input")


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return a == b or a != a and b != b


def differing_inputs(row, ours):
    """Tasks of `row` whose inputs are not EvalPlus's."""
    for part in PARTS:
        theirs = mbpp_deserialize_inputs(row["task_id"], copy.deepcopy(row[part])) if row["task_id"].startswith("Mbpp/") else row[part]
        if not same([list(x) for x in theirs or []], list(ours["inputs_of"](row, part))):
            yield row["task_id"], part


def their_verdicts(row, programs):
    suite = "mbpp" if row["task_id"].startswith("Mbpp/") else "humaneval"
    inputs = {p: (mbpp_deserialize_inputs(row["task_id"], row[p]) if suite == "mbpp" else row[p]) or [] for p in PARTS}
    known = {p: trusted_exec(row["prompt"] + row["canonical_solution"], inputs[p], row["entry_point"], record_time=True,
                             output_not_none=row["entry_point"] in MBPP_OUTPUT_NOT_NONE_TASKS) for p in PARTS}
    for program in programs:
        yield tuple(untrusted_check(suite, program, inputs[p], row["entry_point"], known[p][0], row["atol"], known[p][1],
                                    fast_check=True)[0] == "pass" for p in PARTS)


def main():
    judge, benchmark, scratch = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 4
    random.seed(2409)
    with open(HEADER, encoding="utf-8") as file:
        ours = {"unpack": None}
        exec(re.search(r'R"python\((.*?)\)python"', file.read(), re.S).group(1), ours)
    with (gzip.open if benchmark.endswith(".gz") else open)(benchmark, "rt", encoding="utf-8") as rows:
        tasks = [json.loads(row) for row in rows]
    differ = [place for row in tasks for place in differing_inputs(row, ours)]
    print(sum(len(row[p]) for row in tasks for p in PARTS), "inputs,", len(differ), "differ", *differ)

    programs = {row["task_id"]: mutants(row["prompt"] + row["canonical_solution"], count) for row in tasks}
    verdicts = our_verdicts([judge, "--benchmark", benchmark], programs, scratch)
    total = passed = unjudged = 0
    for row in tasks:
        for i, (base, plus) in enumerate(their_verdicts(row, programs[row["task_id"]])):
            mine = verdicts[row["task_id"], i]
            if mine["verdict"] == "refused":
                unjudged += 1
                continue
            total += 1
            passed += base and plus
            if (mine["verdict"] == "passed") != (base and plus):
                differ.append((row["task_id"], i))
                print(row["task_id"], i, "EvalPlus: base", base, "plus", plus, "here:", mine["verdict"], mine["detail"])
    print(total, "changed solutions,", passed, "of them pass,", len(differ), "differ;", unjudged, "more cannot be judged here")
    sys.exit(bool(differ))


main()
