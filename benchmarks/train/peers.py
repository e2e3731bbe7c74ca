# SPDX-License-Identifier: Apache-2.0
"""One peer of the train room, in a process of its own: peers.py PEER SHAPE THREADS RUNS

PEER   eager-f32, compile-f32, eager-autocast (bf16 products, f32 weights), compile-autocast, eager-bf16, compile-bf16 (all of it)
SHAPE  a, b, c: those of benchmarks/train/shapes.hpp

A step is what ours is: forward, mean cross-entropy over all positions, backward, fused AdamW, in transformers' Llama with PyTorch's
own attention. Prints one JSON line with seconds and seconds of processor time by step, the losses and peak memory.
"""
import contextlib
import json
import resource
import sys
import time

# layers, width, hidden, heads, vocabulary, length, batch
SHAPES = {"a": (8, 256, 704, 4, 8192, 512, 8), "b": (12, 768, 2048, 12, 32000, 1024, 2), "c": (2, 2048, 5632, 16, 64000, 2048, 1)}


def main():
    import torch
    import transformers

    peer, shape, threads, runs = sys.argv[1], SHAPES[sys.argv[2]], int(sys.argv[3]), int(sys.argv[4])
    how, precision = peer.split("-")
    layers, width, hidden, heads, vocabulary, length, batch = shape
    torch.manual_seed(2409)
    torch.set_num_threads(threads)
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        num_key_value_heads=heads, max_position_embeddings=length, tie_word_embeddings=True, use_cache=False, attn_implementation="sdpa"))
    model = model.to(torch.bfloat16 if precision == "bf16" else torch.float32).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    tokens = torch.randint(0, vocabulary, (batch, length + 1))

    def loss_of(rows):
        logits = model(input_ids=rows[:, :-1]).logits
        return torch.nn.functional.cross_entropy(logits.reshape(-1, vocabulary).float(), rows[:, 1:].reshape(-1))

    if how == "compile":
        loss_of = torch.compile(loss_of)
    seconds, processor, losses = [], [], []
    for run in range(runs + 2):  # two to compile and to touch memory
        began, used = time.perf_counter(), time.process_time()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16) if precision == "autocast" else contextlib.nullcontext():
            loss = loss_of(tokens)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if run >= 2:
            seconds.append(time.perf_counter() - began)
            processor.append(time.process_time() - used)
    print(json.dumps({"seconds": seconds, "processor_seconds": processor, "losses": losses, "tokens": batch * length,
                      "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


main()
