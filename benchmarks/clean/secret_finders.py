# SPDX-License-Identifier: Apache-2.0
"""Finding keys and passwords beside detect-secrets: recall, precision and speed on labelled sets (planted_secrets.py).

Two sets: made files, and real code of the input in which every fourth file has one secret planted; what is found elsewhere
counts as wrong there, although some of it may be right. We have found a secret when our span holds all of it; detect-secrets names
lines, so it has found one when it names a line of it. Each is wrong once for every other value that it reports. Addresses are no
part of this.
"""
import collections
import json
import os
import random
import subprocess

import measure
import planted_secrets

SEED = 2305


def write_set(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def real_texts(paths, megabytes):
    """(path, text) of so much text, a seeded sample of the first fifteen times as much; sources without a path get a number."""
    pool, size = [], 0
    for path, text in measure.named_documents(paths):
        text = text.encode("utf-8", "replace").decode()
        pool.append((path or f"src/{len(pool)}.txt", text))
        size += len(text.encode())
        if size >= 15 * megabytes * 1e6:
            break
    random.Random(SEED).shuffle(pool)
    size = 0
    for path, text in pool:
        yield path, text
        size += len(text.encode())
        if size >= megabytes * 1e6:
            return


def ours_of(findings):
    """Per document: (begin, end) of the keys and passwords."""
    places = collections.defaultdict(list)
    for line in open(findings, encoding="utf-8"):
        row = json.loads(line)
        if row["kind"] in ("key", "password"):
            places[row["document"]].append((row["begin"], row["end"]))
    return places


def theirs_of(findings):
    """Per document: the lines of every value but addresses."""
    places = collections.defaultdict(set)
    for line in open(findings, encoding="utf-8"):
        row = json.loads(line)
        if "IP" not in row["detector"]:
            places[row["document"]].add((row["line"], row["value"]))
    return places


def score(rows, ours, theirs):
    """By side: found and planted by kind, wrong findings by what they took for a secret."""
    sides = {"us": (collections.Counter(), collections.Counter()), "peer": (collections.Counter(), collections.Counter())}
    planted = collections.Counter()
    for number, row in enumerate(rows):
        content = row["content"].encode()
        spans, lines = ours[number], theirs[number]
        right_spans, right_lines = set(), set()
        for label in row["labels"]:
            planted[label["kind"]] += 1
            first, last = content.count(b"\n", 0, label["begin"]) + 1, content.count(b"\n", 0, label["end"]) + 1
            if label["kind"] == "private_key":
                first -= 1  # it names the line that begins the key
            sides["us"][0][label["kind"]] += any(b <= label["begin"] and label["end"] <= e for b, e in spans)
            sides["peer"][0][label["kind"]] += any(first <= line <= last for line, _ in lines)
            right_spans |= {(b, e) for b, e in spans if b < label["end"] and label["begin"] < e}
            right_lines |= {(line, value) for line, value in lines if first <= line <= last}
        sides["us"][1][row["alike"] or "elsewhere"] += len(set(spans) - right_spans)
        sides["peer"][1][row["alike"] or "elsewhere"] += len(lines - right_lines)
    return planted, sides


def compare_set(options, scratch, name, rows, budget):
    path = write_set(os.path.join(scratch, f"{name}.jsonl"), rows)
    rows = [json.loads(row) for row in open(path, encoding="utf-8")]
    ours, theirs = (os.path.join(scratch, f"{name}-{side}.jsonl") for side in ("us", "peer"))
    program = os.path.join(measure.BUILD, "benchmarks", "secrets")
    us = measure.run([program, path, options.runs, ours], options.threads)
    python = os.path.join(options.peers, "bin", "python")
    peer = json.loads(subprocess.run([python, os.path.join(os.path.dirname(__file__), "secret_peer.py"), path, theirs, str(budget)],
                                     stdout=subprocess.PIPE, check=True).stdout)
    rows = rows[:peer["documents"]]
    planted, sides = score(rows, ours_of(ours), theirs_of(theirs))
    about = {}
    for side, (found, wrong) in sides.items():
        right = sum(found.values())
        about[side] = {"recall": right / max(1, sum(planted.values())), "precision": right / max(1, right + sum(wrong.values())),
                       "wrong": sum(wrong.values())}
    figures = {"documents": peer["documents"], "megabytes": peer["bytes"] / 1e6, "planted": sum(planted.values()), "peer_version": peer["version"]}
    for metric in ("recall", "precision"):
        measure.compare("secrets", f"{metric}, {name}", "share", [about["us"][metric]], "detect-secrets", [about["peer"][metric]],
                        goal=about["peer"][metric], wrong=about["us"]["wrong"], peer_wrong=about["peer"]["wrong"], **figures)
    measure.compare("secrets", f"keys and passwords, {name}", "MB/s per core", us["rates"]["keys and passwords"], "detect-secrets",
                    [peer["bytes"] / 1e6 / peer["seconds"]], redact=us["rates"]["redact"], blocks=us["blocks"], **figures)
    print(json.dumps({"job": "secrets", "metric": f"found of planted by kind, {name}",
                      "kinds": {kind: [sides["us"][0][kind], sides["peer"][0][kind], count] for kind, count in sorted(planted.items())},
                      "wrong by what it was": {kind: [sides["us"][1][kind], sides["peer"][1][kind]]
                                               for kind in sorted({*sides["us"][1], *sides["peer"][1]})}}), flush=True)


def compare(options, scratch):
    if not options.peers:
        return
    compare_set(options, scratch, "made files", planted_secrets.labelled_set(SEED, 10), 600)
    compare_set(options, scratch, "real code", planted_secrets.planted_in(real_texts(options.input, 10), SEED), 45)
