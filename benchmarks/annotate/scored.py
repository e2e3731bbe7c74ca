# SPDX-License-Identifier: Apache-2.0
"""What the annotate program does with whole documents: from JSONL.zst to score attributes beside sentence-transformers, and
whether bf16 and int8 rank files as f32 does. The head is of ANN-EDU's kind, trained in seconds on vectors of the documents; its
grades are made of the texts, since neither speed nor agreement depends on what they mean."""
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time

import measure

RECIPES = {"arctic": "arctic_snowcoder_1b3", "minilm": "quickstart"}
PROGRAM = os.path.join(measure.BUILD, "benchmarks", "encode")


def write_documents(options, folder, count, least, largest):
    """FOLDER/documents/part-00000.jsonl.zst with `count` files of `least` to `largest` characters; the same rows as JSON lines."""
    if os.path.exists(os.path.join(folder, "slice.jsonl")):
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, "documents"))
    rows = []
    for path, text in measure.named_documents(options.input, largest):
        if len(text) >= least:
            rows.append({"id": f"d{len(rows)}", "text": text.encode("utf-8", "replace").decode(), "source": "folder",
                         "metadata": {"repo": "r", "path": path, "language": "other"}})
        if len(rows) == count:
            break
    else:
        sys.exit(f"--input has only {len(rows)} files of {least} to {largest} characters")
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    with open(os.path.join(folder, "documents", "part-00000.jsonl.zst"), "wb") as out:
        subprocess.run(["zstd", "-q", "-c"], input=lines, stdout=out, check=True)
    with open(os.path.join(folder, "labels.jsonl"), "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps({"id": row["id"], "label": grade(row["text"])}) + "\n")
    with open(os.path.join(folder, "slice.jsonl"), "wb") as out:
        out.write(lines)


def grade(text):
    """0 to 5: the share of characters that are neither letters nor blanks, which an encoder of meanings can see."""
    marks = sum(not (c.isalpha() or c.isspace()) for c in text)
    return min(5.0, round(20 * marks / len(text), 1))


def annotate(options, shape, *flags, timed=False):
    """Runs the program, where it is timed when others leave the machine alone; its seconds by the clock and of the processor."""
    program = os.path.join(measure.ROOT, "bin", RECIPES[shape], "annotate")
    command = [program, *map(str, flags), "--threads", str(options.threads)]
    if options.threads == 1:
        command = ["taskset", "-c", "0", *command]
    if timed:
        measure.quiet()
    used, began = os.times(), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    wall, after = time.monotonic() - began, os.times()
    if done.returncode not in (0, 3):
        sys.exit(done.stderr.decode("utf-8", "replace")[-2000:])
    return wall, after.children_user + after.children_system - used.children_user - used.children_system


def head(options, shape, encoder, folder):
    """The head that bf16 vectors of the documents train."""
    path = os.path.join(folder, "head-bf16.safetensors")
    if not os.path.exists(path):
        vectors = os.path.join(folder, "vectors")
        annotate(options, shape, "embed", "--precision", "bf16", "--encoder", encoder, "--in", folder, "--out", vectors)
        annotate(options, shape, "train", "--recipe", "edu", "--shape", "linear", "--vectors", vectors, "--labels",
                 os.path.join(folder, "labels.jsonl"), "--out", path)
    return path


def scores(folder, name):
    """Rows of a score attribute, in document order."""
    path = os.path.join(folder, "attributes", name, "part-00000.jsonl.zst")
    lines = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout.splitlines()
    return [json.loads(line)["attributes"] for line in lines]


def speed(options, shape, encoder, scratch):
    """From JSONL.zst to score attributes, in bf16, beside sentence-transformers as it comes."""
    folder = os.path.join(scratch, f"scored-{shape}-{options.scored[shape]}")
    write_documents(options, folder, options.scored[shape], 200, 60_000)
    trained = head(options, shape, encoder, folder)
    runs = []
    for number in range(options.runs):
        shutil.rmtree(os.path.join(folder, "attributes"), ignore_errors=True)
        runs.append(annotate(options, shape, "score", "--precision", "bf16", "--encoder", encoder, "--head", trained, "--in", folder,
                             "--name", "speed", timed=True))
    cut = measure.run([PROGRAM, "sections", encoder, os.path.join(folder, "slice.jsonl"), options.scored[shape],
                       os.path.join(scratch, "scored-sections")], options.threads)
    tokenizer = cut["tokenizer"] / min(processor for _, processor in runs)
    at = 0 if options.clock == "wall" else 1
    share = 1 if at == 0 else options.threads
    ours = [cut["documents"] / (run[at] / share) for run in runs]
    shared = {"threads": options.threads, "clock": options.clock, "documents": cut["documents"], "sections": cut["sections"],
              "tokens": cut["tokens"], "tokenizer_share": tokenizer}
    metric = f"JSONL.zst to scores, {shape} bf16"
    if not options.peers:
        measure.compare("annotate", metric, "documents/s", ours, **shared)
        return
    script = os.path.join(os.path.dirname(__file__), "sentence_peer.py")
    for window, name in (("default", "sentence-transformers"), ("512", "sentence-transformers, 512 tokens")):
        them = measure.run([os.path.join(options.peers, "bin", "python"), script, encoder,
                            os.path.join(folder, "documents", "part-00000.jsonl.zst"), options.threads, max(1, options.runs - 1), window],
                           options.threads)
        theirs = [cut["documents"] / (seconds / share) for seconds in them[options.clock]]
        measure.compare("annotate", metric, "documents/s", ours, name, theirs, goal=2.5, peer_window=them["window"],
                        peer_tokens=them["tokens"], peer_cutting_share=them["cutting"], **shared)
        if them["window"] == 512:
            break


def ranks(values):
    """Places in ascending order; equal values share the mean of theirs."""
    order, places, at = sorted(range(len(values)), key=values.__getitem__), [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for i in range(at, end):
            places[order[i]] = (at + end - 1) / 2
        at = end
    return places


def spearman(a, b):
    x, y = ranks(a), ranks(b)
    middle = statistics.fmean(x)
    x, y = [v - middle for v in x], [v - middle for v in y]
    return sum(map(float.__mul__, x, y)) / math.sqrt(sum(map(float.__mul__, x, x)) * sum(map(float.__mul__, y, y)))


def ranking(options, shape, encoder, scratch):
    """Spearman's rank correlation of the scores of --ranked files under bf16 and int8 with those under f32. One head judges
    all three: a head names the precision of its vectors, so that its file gets the other names for their runs."""
    folder = os.path.join(scratch, f"ranked-{shape}-{options.ranked}")
    write_documents(options, folder, options.ranked, 200, options.ranked_characters)
    trained, found = head(options, shape, encoder, folder), {}
    for precision in ("f32", "bf16", "int8"):
        name = "rank-" + precision
        annotate(options, shape, "score", "--precision", precision, "--encoder", encoder, "--head", renamed(trained, precision), "--in", folder,
                 "--name", name)
        found[precision] = [row["value"][0][2] for row in scores(folder, name)]
    for precision, goal in (("bf16", 0.999), ("int8", 0.99)):
        measure.compare("annotate", f"ranking {shape} {precision} against f32", "Spearman", [spearman(found["f32"], found[precision])],
                        goal=goal, files=len(found["f32"]), largest_difference=max(map(lambda a, b: abs(a - b), found["f32"], found[precision])),
                        deviation=statistics.pstdev(found["f32"]))


def renamed(path, precision):
    """The head as if vectors of that precision had trained it (safetensors: a length, a JSON header, the data)."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header, data = json.loads(file.read(length)), file.read()
    about = json.loads(header["__metadata__"]["snowcoder.head"])
    about["encoder"] = about["encoder"].removesuffix("-bf16") + ("" if precision == "f32" else "-" + precision)
    header["__metadata__"]["snowcoder.head"] = json.dumps(about)
    made = json.dumps(header).encode()
    made += b" " * (-len(made) % 8)
    out = path.replace("-bf16.", f"-for-{precision}.")
    with open(out, "wb") as file:
        file.write(len(made).to_bytes(8, "little") + made + data)
    return out
