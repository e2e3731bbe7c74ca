# SPDX-License-Identifier: Apache-2.0
"""Tokens per second of generation with a cache, at the shapes of the training benchmark, beside transformers. No input.

The limit of a single sequence is how fast this machine reads the weights, measured in the same run: `limit` tokens/s.
`ratio` is by the clock; `processor_ratio` compares the best processor times, which a busy machine disturbs less.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import measure


def rates(result, key):
    return [result["tokens"] / seconds for seconds in result[key]]


def main():
    flags = measure.arguments(__doc__, inputs=False)
    flags.set_defaults(threads=2, runs=3)
    flags.add_argument("--shapes", default="a,b,c", help="of a, b, c")
    flags.add_argument("--precisions", default="f32,bf16")
    flags.add_argument("--sequences", default="1,8", help="sequences at a time")
    flags.add_argument("--prompt", type=int, default=64)
    flags.add_argument("--new", type=int, default=65)
    options = flags.parse_args()
    program = os.path.join(measure.BUILD, "benchmarks", "decode")
    script = os.path.join(os.path.dirname(__file__), "decode_peer.py")
    for shape in options.shapes.split(","):
        for precision in options.precisions.split(","):
            for sequences in map(int, options.sequences.split(",")):
                job = [shape, precision, options.threads, sequences, options.prompt, options.new, options.runs]
                us = measure.run([program, *job], options.threads)
                limit = sequences * us["read_bytes_per_second"] / us["bytes_per_round"]
                extra = {"threads": options.threads, "sequences": sequences, "prompt": options.prompt, "new": options.new, "rss_mb": us["rss_mb"],
                         "megabytes_per_round": us["bytes_per_round"] / 1e6, "gigabytes_read_per_second": us["read_bytes_per_second"] / 1e9,
                         "processor_seconds": us["processor_seconds"], "prompt_seconds": us["prompt_seconds"]}
                metric = f"shape {shape} {precision} x{sequences}"
                if not options.peers:
                    measure.compare("generate", metric, "tokens/s", rates(us, "seconds"), limit=limit, **extra)
                    continue
                them = measure.run([os.path.join(options.peers, "bin", "python"), script, *job], options.threads)
                measure.compare("generate", metric, "tokens/s", rates(us, "seconds"), "transformers", rates(them, "seconds"), goal=1.5, limit=limit,
                                **extra, processor_ratio=min(them["processor_seconds"]) / min(us["processor_seconds"]), peer_rss_mb=them["rss_mb"], peer_processor_seconds=them["processor_seconds"],
                                peer_prompt_seconds=them["prompt_seconds"], peer_version=them["version"])


main()
