# SPDX-License-Identifier: Apache-2.0
"""What comparisons with other harnesses share: changed solutions, and our verdicts on them."""
import ast
import json
import os
import random
import subprocess
import sys


def changes(tree):
    """Every place that can be changed, as a function that does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
            yield lambda n=node: setattr(n, "op", random.choice([ast.Add(), ast.Sub()]))
        elif isinstance(node, ast.Compare):
            yield lambda n=node: n.ops.__setitem__(0, random.choice([ast.Lt(), ast.LtE(), ast.Gt(), ast.Eq(), ast.NotEq()]))
        elif isinstance(node, ast.Constant) and type(node.value) is bool:
            yield lambda n=node: setattr(n, "value", not n.value)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield lambda n=node: setattr(n, "value", n.value + random.choice([1, -1] + [1e-7, 1e-3] * (type(n.value) is float)))
        elif isinstance(node, ast.Return) and node.value:
            kind = random.choice(["float", "tuple", "list", "str", "iter", "set"])
            yield lambda n=node, k=kind: setattr(n, "value", ast.Call(ast.Name(k, ast.Load()), [n.value], []))


def mutants(code, count):
    found = set()
    for _ in range(4 * count):
        tree = ast.parse(code)
        places = list(changes(tree))
        if not places or len(found) == count:
            break
        random.choice(places)()
        text = ast.unparse(ast.fix_missing_locations(tree))
        if text != ast.unparse(ast.parse(code)):
            found.add(text)
    return sorted(found)


def our_verdicts(command, programs, scratch):
    """The rows of results by (task, sample), of {task: whole programs}; `command`: the judge and its benchmark."""
    samples, result = os.path.join(scratch, "samples.jsonl"), os.path.join(scratch, "verdicts.json")
    with open(samples, "w", encoding="utf-8") as out:
        for task, all_of_it in programs.items():
            out.writelines(json.dumps({"task_id": task, "solution": program}) + "\n" for program in all_of_it)
    if subprocess.run([*command, "--samples", samples, "--out", result, "--no-ground-truth"]).returncode not in (0, 3):
        sys.exit("judge failed")
    with open(result, encoding="utf-8") as file:
        return {(row["task_id"], row["sample"]): row for row in json.load(file)["results"]}
