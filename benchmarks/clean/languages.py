# SPDX-License-Identifier: Apache-2.0
"""Languages of files beside GitHub's linguist: on real code, how often both agree; on files whose label comes from where they
were found (labelled.sh), how often either is right. Linguist's languages that our table counts to one of the 18 are counted so
here (PL/SQL is SQL, TSX is TypeScript); everything else is "other". What one of both does not look at is "other" too.
"""
import collections
import json
import os
import random
import shutil
import subprocess

import measure

LANGUAGES = {"python": "Python", "java": "Java", "cpp": "C++", "c": "C", "javascript": "JavaScript", "php": "PHP", "csharp": "C#", "go": "Go",
             "typescript": "TypeScript", "sql": "SQL", "ruby": "Ruby", "rust": "Rust", "jupyter_notebook": "Jupyter Notebook",
             "scala": "Scala", "kotlin": "Kotlin", "shell": "Shell", "dart": "Dart", "swift": "Swift"}
COUNTED_AS = {"TSX": "TypeScript", "PLSQL": "SQL", "PLpgSQL": "SQL", "TSQL": "SQL", "SQLPL": "SQL", "Alpine Abuild": "Shell",
              "Gentoo Ebuild": "Shell", "Gentoo Eclass": "Shell", "OpenRC runscript": "Shell", "Easybuild": "Python", "Cake": "C#"}
SEED = 18


def real_rows(paths, files):
    """A seeded sample of so many files, each with equal chance; rows are read once and never all held."""
    draws, kept = random.Random(SEED), []
    for count, (path, text) in enumerate(measure.named_documents(paths, 1_000_000)):
        if not path:
            continue
        row = {"path": path, "text": text.encode("utf-8", "replace").decode()}
        if len(kept) < files:
            kept.append(row)
        elif (at := draws.randrange(count + 1)) < files:
            kept[at] = row
    return kept


def labelled_rows(folder):
    """Every file below FOLDER/<language>/, with the path that it has there."""
    for label in sorted(os.listdir(folder)):
        below = os.path.join(folder, label)
        for place, folders, names in os.walk(below):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(place, name)
                with open(path, encoding="utf-8", errors="replace") as file:
                    if text := file.read():
                        yield {"path": os.path.relpath(path, below), "text": text, "label": LANGUAGES.get(label, "other")}


def ours_and_linguist(options, scratch, name, rows):
    """What both say, row by row, and how fast they said it. Linguist's side is empty where it is not installed."""
    source, ours, theirs = (os.path.join(scratch, f"{name}{end}") for end in (".jsonl", ".ours", ".linguist"))
    with open(source, "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps({"path": row["path"], "text": row["text"]}, ensure_ascii=False) + "\n")
    us = measure.run([os.path.join(measure.BUILD, "benchmarks", "language"), source, options.runs, ours], 1)
    said = [open(ours, encoding="utf-8").read().splitlines(), []]
    peer = None
    if shutil.which("ruby") and subprocess.run(["ruby", "-e", "require 'linguist'"], stderr=subprocess.DEVNULL).returncode == 0:
        script = os.path.join(os.path.dirname(__file__), "linguist.rb")
        peer = json.loads(subprocess.run(["ruby", script, source, theirs], stdout=subprocess.PIPE, check=True).stdout)
        said[1] = open(theirs, encoding="utf-8").read().splitlines()
    else:
        print("languages: linguist is not installed (Debian: ruby-github-linguist), its side is left out", flush=True)
    return us, peer, said


def ours_of(name):
    name = COUNTED_AS.get(name, name)
    return name if name in LANGUAGES.values() else "other"


def ending(path):
    name = os.path.basename(path)
    return "." + name.rsplit(".", 1)[1] if "." in name[1:] else "(none)"


def share(part, whole):
    return round(part / whole, 5) if whole else None


def by_language(true, said):
    """Per language of `true`: files, and recall and precision of `said`."""
    table = {}
    for language in [*LANGUAGES.values(), "other"]:
        right = sum(t == s == language for t, s in zip(true, said))
        there, named = true.count(language), said.count(language)
        if there or named:
            table[language] = {"files": there, "recall": share(right, there), "precision": share(right, named)}
    return table


def confusions(rows, true, said, most=40):
    """[expected, said, ending, files, an example], the most frequent first."""
    found = collections.defaultdict(list)
    for row, t, s in zip(rows, true, said):
        if t != s:
            found[t, s, ending(row["path"])].append(row["path"])
    return [[*key, len(paths), paths[0]] for key, paths in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:most]]


def note(metric, **values):
    print(json.dumps({"job": "languages", "metric": metric, **values}, ensure_ascii=False), flush=True)


def on_real_code(options, scratch):
    rows = real_rows(options.input, options.files)
    us, peer, (ours, theirs) = ours_and_linguist(options, scratch, "real", rows)
    if not peer:
        return
    linguist = [ours_of(name) for name in theirs]
    same = sum(a == b for a, b in zip(ours, linguist))
    measure.compare("languages", "speed, real code", "thousand files/s per core", us["thousands_of_files"], "linguist",
                    [peer["documents"] / 1e3 / peer["seconds"]], rates=us["rates"], megabytes=us["megabytes"], documents=us["documents"],
                    peer_version=peer["version"])
    note("agreement with linguist, real code", us=share(same, len(rows)), files=len(rows), differ=len(rows) - same,
         by_language=by_language(linguist, ours), confusions=confusions(rows, linguist, ours))


def on_labelled_files(options, scratch):
    rows = list(labelled_rows(options.labelled))
    us, peer, (ours, theirs) = ours_and_linguist(options, scratch, "labelled", rows)
    label = [row["label"] for row in rows]
    about = {"us": ours} | ({"peer": [ours_of(name) for name in theirs]} if peer else {})
    right = {side: share(sum(a == b for a, b in zip(label, said)), len(rows)) for side, said in about.items()}
    measure.compare("languages", "accuracy, labelled files", "share", [right["us"]], "linguist" if peer else None,
                    [right["peer"]] if peer else None, files=len(rows), goal=right.get("peer"))
    for side, said in about.items():
        note(f"labelled files, {side}", by_language=by_language(label, said), confusions=confusions(rows, label, said))


def compare(options, scratch):
    if options.input:
        on_real_code(options, scratch)
    if options.labelled:
        on_labelled_files(options, scratch)
