# SPDX-License-Identifier: Apache-2.0
"""What the kernels reach on the GPU at hand: training, the annotator's encoder, near duplicates, selection and each verb, the
first two beside PyTorch's. tests/gpu.sh builds and runs it; it says what more it takes from the environment."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure


def lines_of(results):
    """What gpu.sh's programs printed, as objects."""
    with open(results, encoding="utf-8") as rows:
        return [json.loads(row) for row in rows]


def rates(row):
    """Tokens by second of each run; the figure that was printed is the median's."""
    seconds = row["seconds"]
    return [row["tokens_per_second"] * seconds[len(seconds) // 2] / s for s in seconds]


def tell(lines):
    """A comparison for each figure, with the project's goal for one H100 where it has one."""
    def peer_of(job):
        line = next((row for row in lines if row["job"] == job and "peer" in row), None)
        return (line["peer"], [line["tokens_per_second"]]) if line else (None, None)

    for row in lines:
        job = row["job"]
        if "peer" in row:
            continue
        if job == "cuda step":
            paper = row["model"] == "paper"
            peer, theirs = peer_of(job) if paper and row["mode"] in ("plain", "free") else (None, None)
            measure.compare(f"{job}, {row['model']}, {row['mode']}", "tokens by second", "tokens/s", rates(row), peer, theirs,
                            goal=50_000 if paper else None, limit=row["tokens_per_second"] / row["causal"],
                            **{key: row[key] for key in ("palm", "memory_gib", "planned_gib", "graphs_launched", "loss")})
        elif job == "cuda encoder":
            peer, theirs = peer_of(job)
            measure.compare(f"{job}, {row['type']}", "tokens by second", "tokens/s", rates(row), peer, theirs,
                            limit=row["tokens_per_second"] / row["of_peak"], goal_ratio=1.5, least_cosine=row["least_cosine"])
        elif job == "cuda encoder from files":
            measure.compare(f"{job}, {row['type']}", "tokens by second, from disk", "tokens/s", [row["tokens_per_second"]],
                            goal=2_600_000, threads=row["threads"])
        elif job == "cuda minhash":
            measure.compare(job, "text from host memory to band keys", "GB/s", [row["gigabytes_per_second"]], goal=5,
                            threads=row["threads"])
        elif job == "cuda selection":
            measure.compare(job, f"bounds among {row['candidates']} candidates", "s", [row["seconds"]], goal=1,
                            bytes_per_second=row["bytes_per_second"])
        elif job == "cuda verb":
            reached, unit = (row["flops"], "FLOP/s") if row["limit"] == "flop" else (row["bytes_per_second"], "B/s")
            measure.compare(f"{job}, {row['verb']}", f"{row['rows']} rows", unit, [reached], limit=reached / row["of_limit"],
                            microseconds=row["microseconds"])
        else:
            print(json.dumps(row))


def main():
    flags = measure.arguments(__doc__, inputs=False)
    flags.set_defaults(threads=os.cpu_count())
    flags.add_argument("--vocab", help="vocab.txt: the encoder reads the input's files as well")
    flags.add_argument("--out", default=os.path.join(measure.ROOT, "build", "gpu"))
    options = flags.parse_args()
    environment = {"SNOWCODER_SECONDS": "3600", **os.environ, "SNOWCODER_THREADS": str(options.threads)}
    if options.peers:
        environment["SNOWCODER_PYTHON"] = os.path.join(options.peers, "bin", "python")
    if options.vocab:
        environment["SNOWCODER_VOCAB"] = options.vocab
    if options.input:
        environment["SNOWCODER_TEXTS"] = options.input[0]
    stages = ["steps", "encoder", "data", "verbs"] + ["peers"] * bool(options.peers)
    results = os.path.join(options.out, "results.jsonl")
    if os.path.exists(results):
        os.remove(results)
    run = subprocess.run([os.path.join(measure.ROOT, "tests", "gpu.sh"), options.out, *stages], env=environment, check=False,
                         stdout=sys.stderr)
    if os.path.exists(results):
        tell(lines_of(results))
    sys.exit(run.returncode)


main()
