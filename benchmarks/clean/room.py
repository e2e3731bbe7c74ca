# SPDX-License-Identifier: Apache-2.0
"""The starcoder2 chain with its statistics on texts in memory, beside the same chain in plain loops and datatrove's filters; keys
and passwords beside detect-secrets; near duplicates from shards to the list of what stays, beside rensa; benchmark texts
looked for; languages beside linguist; and prepare, all stages on."""
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import languages
import measure
import secret_finders


def shards_of(slice_path, folder, count=2):
    """The rows of a slice in so many .jsonl.zst files, in turn."""
    paths = [os.path.join(folder, f"part-{number}.jsonl.zst") for number in range(count)]
    rows = open(slice_path, "rb").read().splitlines(keepends=True)
    for number, path in enumerate(paths):
        subprocess.run(["zstd", "-3qfo", path], input=b"".join(rows[number::count]), check=True)
    return paths


def near_duplicates(options, folder):
    """The shape of rensa's 128 permutations, and the one that finds nearly all pairs at 0.9; `kept` of both differ, since its
    duplicates are estimates. Processor time (per_core) is what to compare where the machine is not quiet."""
    program = os.path.join(measure.BUILD, "benchmarks", "near_duplicates")
    shards = shards_of(measure.slice_of(options.input, 100, options.scratch or folder), folder)
    kept = os.path.join(folder, "kept")
    for kind, goal in (("grams", 8), ("words", 1.5)):
        them = None
        if options.peers:
            them = measure.run([os.path.join(options.peers, "bin", "python"), os.path.join(os.path.dirname(__file__), "peers.py"),
                                kind, options.runs, kept, *shards], options.threads)
        for shape in ("8x16", "16x8"):
            us = measure.run([program, f"{kind}-{shape}", options.threads, options.runs, kept, *shards], options.threads)
            checked = measure.run([program, f"{kind}-{shape}", options.threads, 0, kept, *shards], options.threads)
            shared = {"threads": options.threads, "per_core": us["per_core"], "megabytes": us["megabytes"], "documents": us["documents"],
                      "kept": us["kept"], "peak_mebibytes": us["peak_mebibytes"], "joined": checked["joined"],
                      "joined_below_threshold": checked["joined_below_threshold"], "recall_at_0.9": checked["recall_at_0.9"]}
            if them:
                shared |= {"peer_per_core": them["per_core"], "peer_kept": them["kept"]}
            measure.compare("clean", f"near duplicates, {kind} {shape}, verified", "MB/s", us["runs"], "rensa" if them else None,
                            them and them["runs"], goal=goal, **shared)


def chain(options, folder):
    """No peer implements StarCoder2's rules as such: datatrove's fastest published filter stands for them, and Gopher's."""
    slice_path = measure.slice_of(options.input, 100, options.scratch or folder)
    us = measure.run([os.path.join(measure.BUILD, "benchmarks", "filter"), slice_path, options.threads, options.runs], options.threads)
    shared = {"megabytes": us["megabytes"], "documents": us["documents"], "differences": us["differences"]}
    name = "starcoder2 chain with statistics, by core"
    measure.compare("clean", name, "MB/s", us["runs"], "plain loops", us["plain_runs"], goal=500, **shared)
    for peer in ("fineweb_quality", "gopher_quality") if options.peers else ():
        script = os.path.join(os.path.dirname(__file__), "filter_peer.py")
        them = measure.run([os.path.join(options.peers, "bin", "python"), script, peer, slice_path, options.runs], 1)
        measure.compare("clean", name, "MB/s", us["runs"], "datatrove " + peer, them["runs"], goal=500, **shared)


def contamination(options, folder):
    slice_path = measure.slice_of(options.input, 100, options.scratch or folder)
    us = measure.run([os.path.join(measure.BUILD, "benchmarks", "contamination"), slice_path, options.threads, options.runs,
                      *options.benchmarks], options.threads)
    measure.compare("clean", "contamination, by core", "MB/s", us["runs"],
                    **{key: us[key] for key in ("megabytes", "documents", "documents_with_hits", "tasks", "texts", "word_runs")})


def prepare(options):
    """Text in, shards out, all stages on; the first run brings the input into the memory of the system. The rate is that of
    the texts, unpacked; by core: of processor time."""
    program = os.path.join(measure.ROOT, "bin", options.recipe, "prepare")
    benchmarks = ["--benchmarks", *options.benchmarks] if options.benchmarks else []
    runs, by_core = [], []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(dir=options.scratch) as out:
            measure.quiet()
            began, used = time.monotonic(), os.times()
            done = subprocess.run([program, "--in", *options.input, "--out", out, "--threads", str(options.threads), *benchmarks],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took, after = time.monotonic() - began, os.times()
            if done.returncode not in (0, 3):
                sys.exit(f"prepare ended with {done.returncode}")
            total = json.load(open(os.path.join(out, "funnel.json"), encoding="utf-8"))["total"]
            megabytes = total["in"]["bytes"] / 1e6
            runs.append(megabytes / took)
            by_core.append(megabytes / (after.children_user + after.children_system - used.children_user - used.children_system))
    measure.compare("clean", "prepare, by core", "MB/s", by_core, goal=25, threads=options.threads, by_the_clock=runs, megabytes=megabytes,
                    files=total["in"]["files"], kept=total["kept"]["files"])


def main():
    flags = measure.arguments(__doc__)
    flags.add_argument("--benchmarks", nargs="+", default=[], help="benchmark files whose tasks are looked for")
    flags.add_argument("--labelled", metavar="FOLDER", help="files by language that labelled.sh has fetched, for the part languages")
    flags.add_argument("--files", type=int, default=50_000, help="files of the input that linguist is asked about")
    flags.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    options = flags.parse_args()
    for name in options.parts:
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            PARTS[name](options, folder)


PARTS = {
    "chain": chain,
    "secrets": secret_finders.compare,
    "duplicates": near_duplicates,
    "languages": languages.compare,
    "contamination": lambda options, folder: options.benchmarks and contamination(options, folder),
    "prepare": lambda options, _: prepare(options),
}
main()
