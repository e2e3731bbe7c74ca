# SPDX-License-Identifier: Apache-2.0
"""The four annotator recipes trained from one cache of vectors of real texts, twice: seconds together, and whether the heads are the
same to the byte. --input holds the texts, --encoder a folder of the shape that the recipe names; vectors that lie in --scratch are
used again. Grades for ANN-EDU are the heuristic scorer's values on the paper's scale, instructions are made of the files: what is
timed does not depend on what the labels mean."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure

LANGUAGES = {"py": "Python", "java": "Java", "cpp": "C++", "cc": "C++", "hpp": "C++", "c": "C", "h": "C", "js": "JavaScript", "php": "PHP",
             "cs": "C#", "go": "Go", "ts": "TypeScript", "sql": "SQL", "rb": "Ruby", "rs": "Rust", "scala": "Scala", "kt": "Kotlin",
             "sh": "Shell", "dart": "Dart", "swift": "Swift"}
RECIPES = ("edu", "ins", "hq", "hqins")


def row(number, path, text):
    language = LANGUAGES.get(path.rsplit(".", 1)[-1], "other")
    return {"id": f"d{number}", "text": text, "source": "folder", "metadata": {"repo": "r", "path": path, "language": language}}


def make_inputs(options, folder):
    """Half of the texts are the corpus, three tenths high-quality files, the rest instructions."""
    texts = []
    for path, text in measure.named_documents(options.input, 60_000):
        if len(text) > 200:
            texts.append((path, text.encode("utf-8", "replace").decode()))
        if len(texts) == options.texts:
            break
    corpus, files = len(texts) // 2, len(texts) * 8 // 10
    for name, part in (("clean", texts[:corpus]), ("files", texts[corpus:files])):
        os.makedirs(os.path.join(folder, name, "documents"))
        with open(os.path.join(folder, name, "documents", "part-00000.jsonl"), "w", encoding="utf-8") as out:
            for number, (path, text) in enumerate(part):
                out.write(json.dumps(row(f"{name}{number}", path, text)) + "\n")
    with open(os.path.join(folder, "instructions.jsonl"), "w", encoding="utf-8") as out:
        for path, text in texts[files:]:
            out.write(json.dumps({"language": LANGUAGES.get(path.rsplit(".", 1)[-1], "other"), "problem": "Write " + path,
                                  "solution": text[:4000]}) + "\n")
    return len(texts)


def annotate(options, *flags):
    program = os.path.join(measure.ROOT, "bin", options.recipe, "annotate")
    done = subprocess.run([program, *flags, "--threads", str(options.threads)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr.decode("utf-8", "replace")[-2000:])


def grades(folder):
    rows = ['{"folder": "files", "label": 1}', '{"folder": "instructions", "label": 1}', '{"folder": "clean", "label": "negatives"}',
            '{"folder": "clean", "label": "edu_head"}']
    scores = os.path.join(folder, "clean", "attributes", "heuristics")
    for name in sorted(os.listdir(scores)):
        if name.endswith(".jsonl.zst"):
            for line in subprocess.run(["zstd", "-dcq", os.path.join(scores, name)], stdout=subprocess.PIPE, check=True).stdout.splitlines():
                score = json.loads(line)
                rows.append(json.dumps({"id": score["id"], "label": min(5, max(0, round(score["attributes"]["value"][0][2] * 12 - 4)))}))
    with open(os.path.join(folder, "labels.jsonl"), "w", encoding="utf-8") as out:
        out.write("\n".join(rows) + "\n")


def main():
    flags = measure.arguments(__doc__)
    flags.add_argument("--encoder", required=True, help="a BERT-family folder of the recipe's shape")
    flags.add_argument("--texts", type=int, default=20_000)
    options = flags.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.join(options.scratch or temporary, "heads-input")
        if not os.path.exists(os.path.join(folder, "labels.jsonl")):
            shutil.rmtree(folder, ignore_errors=True)
            make_inputs(options, folder)
            annotate(options, "score", "--scorer", "heuristics", "--in", os.path.join(folder, "clean"))
            grades(folder)
        vectors = []
        for name in ("clean", "files", "instructions.jsonl"):
            vectors.append(os.path.join(folder, "vectors", name.split(".")[0]))
            annotate(options, "embed", "--precision", "bf16", "--encoder", options.encoder, "--in", os.path.join(folder, name), "--out", vectors[-1])
        texts = sum(json.load(open(os.path.join(v, "provenance.json"), encoding="utf-8"))["counts"]["texts"] for v in vectors)
        for shape in ("linear", "pooled_tanh"):
            runs, by_clock, heads = [], [], []
            for number in range(options.runs):
                out = os.path.join(temporary, f"{shape}-{number}")
                measure.quiet()
                used, began = os.times(), time.monotonic()
                annotate(options, "train", "--recipe", "all", "--shape", shape, "--vectors", *vectors, "--labels",
                         os.path.join(folder, "labels.jsonl"), "--out", out)
                by_clock.append(time.monotonic() - began)
                after = os.times()
                runs.append(after.children_user + after.children_system - used.children_user - used.children_system)
                heads.append([open(os.path.join(out, f"{r}.safetensors"), "rb").read() for r in RECIPES])
            measure.compare("heads", f"four recipes, {shape}, of processor time", "s", runs, more_is_better=False, goal=60, seconds=by_clock,
                            texts=texts, threads=options.threads, identical=all(h == heads[0] for h in heads))


main()
