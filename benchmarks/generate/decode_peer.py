# SPDX-License-Identifier: Apache-2.0
"""Generation with transformers: decode_peer.py SHAPE PRECISION THREADS SEQUENCES PROMPT NEW RUNS

Random weights; model.generate with its cache, greedy, so many new tokens to every prompt. Prints one JSON line as decode.cpp
does: seconds are those of the tokens after the first, that is, of a whole call less a call for one token.
"""
import json
import resource
import sys
import time

SHAPES = {"a": (8, 256, 704, 4, 8192, 512), "b": (12, 768, 2048, 12, 32000, 1024), "c": (2, 2048, 5632, 16, 64000, 2048)}


def main():
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, __version__

    shape, precision = sys.argv[1:3]
    threads, sequences, prompt, new, runs = map(int, sys.argv[3:8])
    torch.set_num_threads(threads)
    torch.manual_seed(2409)
    layers, width, hidden, heads, vocabulary, context = SHAPES[shape]
    config = LlamaConfig(vocab_size=vocabulary, hidden_size=width, intermediate_size=hidden, num_hidden_layers=layers,
                         num_attention_heads=heads, num_key_value_heads=heads, max_position_embeddings=context, tie_word_embeddings=True,
                         eos_token_id=None, bos_token_id=None, pad_token_id=0)
    model = LlamaForCausalLM(config).to(torch.bfloat16 if precision == "bf16" else torch.float32).eval()
    model.generation_config.eos_token_id = None
    ids = torch.tensor([[(i * 31 + s * 7 + 3) % vocabulary for i in range(prompt)] for s in range(sequences)])

    def call(count):
        began, used = time.monotonic(), time.process_time()
        with torch.inference_mode():
            out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, min_new_tokens=count, do_sample=False, use_cache=True)
        assert out.shape[1] == prompt + count
        return time.monotonic() - began, time.process_time() - used

    call(2)
    seconds, processor, first = [], [], []
    for _ in range(runs):
        one, whole = call(1), call(new)
        first.append(one[0])
        seconds.append(whole[0] - one[0])
        processor.append(whole[1] - one[1])
    print(json.dumps({"tokens": (new - 1) * sequences, "rounds": new - 1, "seconds": seconds, "processor_seconds": processor,
                      "prompt_seconds": first, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                      "version": f"transformers {__version__}, torch {torch.__version__}"}))


main()
