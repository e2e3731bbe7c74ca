# SPDX-License-Identifier: Apache-2.0
"""The frozen encoder: tokens per second over three sections a file, at the shapes of arctic-embed-m and MiniLM, beside its peers.

Our side and the peers get the same ids. The limit is the machine's matrix peak, measured in the same run, over the operations that
the vectors need (behind CLS pooling the last layer works on one token). Parity: the smallest and the mean cosine to transformers
in f32. --clock processor divides processor seconds by threads: for machines that others use meanwhile. Jobs: encode, what is said
above; score, the annotate program from JSONL.zst to score attributes beside sentence-transformers; ranking, whether the precisions
rank files alike. The defaults take ten minutes on two cores with --runs 3.
"""
import array
import math
import os
import statistics
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure
import scored

PROGRAM = os.path.join(measure.BUILD, "benchmarks", "encode")
GOALS = {"arctic": {"f32": 1.15, "bf16": 1.15, "int8": 1.25}, "minilm": {"f32": 1.3, "bf16": 1.3, "int8": 1.3}}
POOLS = {"arctic": "cls", "minilm": "mean"}


def cosines(ours, theirs, sections):
    a, b = array.array("f"), array.array("f")
    for values, path in ((a, ours), (b, theirs)):
        with open(path, "rb") as file:
            values.frombytes(file.read())
    width, found = len(a) // sections, []
    for at in range(0, len(a), width):
        x, y = a[at:at + width], b[at:at + width]
        found.append(math.sumprod(x, y) / math.sqrt(math.sumprod(x, x) * math.sumprod(y, y)) if hasattr(math, "sumprod")
                     else sum(map(float.__mul__, x, y)) / math.sqrt(sum(map(float.__mul__, x, x)) * sum(map(float.__mul__, y, y))))
    return {"cosine_least": min(found), "cosine_short_of_one": 1 - min(found), "cosine_mean": statistics.fmean(found)}


def rates(result, tokens, options):
    share = options.threads if options.clock == "processor" else 1
    return [tokens / (seconds / share) for seconds in result[options.clock]]


def flags():
    all_flags = measure.arguments(__doc__)
    all_flags.add_argument("--arctic", metavar="FOLDER", help="an encoder of arctic-embed-m's shape")
    all_flags.add_argument("--minilm", metavar="FOLDER", help="an encoder of all-MiniLM-L6's shape")
    all_flags.add_argument("--jobs", nargs="+", default=["encode", "score", "ranking"], choices=["encode", "score", "ranking"])
    all_flags.add_argument("--documents", type=int, default=6, help="encode: files, of three sections at most")
    all_flags.add_argument("--scored", type=int, default=100, help="score: files; an eighth of them at arctic-embed-m's shape")
    all_flags.add_argument("--ranked", type=int, default=5000, help="ranking: files")
    all_flags.add_argument("--ranked-characters", type=int, default=1000, help="ranking: characters of a file at most")
    all_flags.add_argument("--precisions", nargs="+", default=["f32", "bf16", "int8"], choices=["f32", "bf16", "int8"])
    all_flags.add_argument("--clock", default="wall", choices=["wall", "processor"])
    all_flags.add_argument("--peer", nargs="+", default=["openvino"], choices=["openvino", "onnxruntime", "transformers"])
    options = all_flags.parse_args()
    options.scored = {"minilm": options.scored, "arctic": max(1, options.scored // 8)}
    return options


def encode(options, shape, folder, scratch):
    """Every precision over the same sections."""
    slice_path = measure.slice_of(options.input, 2, scratch)
    prefix, theirs, ours = (os.path.join(scratch, f"{shape}-{name}") for name in ("sections", "theirs", "ours"))
    cut = measure.run([PROGRAM, "sections", folder, slice_path, options.documents, prefix], options.threads)
    reference = os.path.join(scratch, f"{shape}-{cut['tokens']}-{cut['sections']}-transformers")

    def peer(name, runs, out):
        script = os.path.join(os.path.dirname(__file__), "peers.py")
        return measure.run([os.path.join(options.peers, "bin", "python"), script, name, folder, prefix, options.threads, runs, scratch,
                            POOLS[shape], out], options.threads)

    if options.peers and not os.path.exists(reference):
        peer("transformers-f32", 0, reference)
    peak = measure.run([PROGRAM, "peak", options.threads], options.threads)
    for precision in options.precisions:
        us = measure.run([PROGRAM, "run", shape, folder, prefix, precision, options.threads, options.runs, ours], options.threads)
        best = max(peak.get(kind, 0) for kind in (precision, "onednn_" + precision, *(["f32", "onednn_f32"] if precision == "bf16" else [])))
        shared = {"limit": best * 1e9 / us["operations"] * us["tokens"], "threads": options.threads, "clock": options.clock,
                  "documents": cut["documents"], "sections": us["sections"], "tokens": us["tokens"], "rss_mb": us["rss_mb"], "peak_gop_s": peak}
        metric, values = f"encode {shape} {precision}", rates(us, us["tokens"], options)
        if not options.peers:
            measure.compare("annotate", metric, "tokens/s", values, **shared)
            continue
        shared |= cosines(ours, reference, us["sections"])
        for library in options.peer:
            name = f"{library}-{precision}"
            if library != "openvino" and precision != "f32":
                continue
            them = peer(name, options.runs, theirs)
            measure.compare("annotate", metric, "tokens/s", values, name, rates(them, us["tokens"], options), goal=GOALS[shape][precision],
                            peer_how=them["how"], peer_cosine_least=cosines(theirs, reference, us["sections"])["cosine_least"], **shared)


def main():
    options = flags()
    with tempfile.TemporaryDirectory() as own:
        scratch = options.scratch or own
        for shape in ("minilm", "arctic"):
            folder = getattr(options, shape)
            if not folder:
                continue
            if "encode" in options.jobs:
                encode(options, shape, folder, scratch)
            if "score" in options.jobs:
                scored.speed(options, shape, folder, scratch)
            if "ranking" in options.jobs and shape == "minilm":
                scored.ranking(options, shape, folder, scratch)


main()
