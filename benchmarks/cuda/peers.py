# SPDX-License-Identifier: Apache-2.0
"""PyTorch's step of the paper's model, for benchmarks/cuda/step.cpp to stand beside: peers.py MICRO_BATCH SEQUENCES STEPS PEAK [tiny]

A Llama as one would write it for speed: torch.compile, scaled_dot_product_attention, bf16 by autocast over f32 weights, fused AdamW,
gradients added over micro-batches, clipped by their norm. Needs PyTorch alone. `tiny` is a shape for trying the script on a CPU.
Prints one JSON line with tokens by second and utilisation in both conventions, as step.cpp does.
"""
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as f

# layers, width, hidden, heads, key heads, vocabulary, context
PAPER, TINY = (24, 2048, 5632, 16, 16, 64000, 8192), (2, 64, 176, 4, 2, 320, 128)


class Block(nn.Module):
    def __init__(self, width, hidden, heads, kv_heads):
        super().__init__()
        self.heads, self.kv_heads, self.size = heads, kv_heads, width // heads
        self.norm, self.post_norm = nn.RMSNorm(width, eps=1e-5), nn.RMSNorm(width, eps=1e-5)
        self.qkv = nn.Linear(width, (heads + 2 * kv_heads) * self.size, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.gate_up, self.down = nn.Linear(width, 2 * hidden, bias=False), nn.Linear(hidden, width, bias=False)

    def forward(self, x, cosine, sine):
        batch, length, width = x.shape
        sizes = [self.heads, self.kv_heads, self.kv_heads]
        q, k, v = self.qkv(self.norm(x)).view(batch, length, sum(sizes), self.size).transpose(1, 2).split(sizes, 1)

        def turned(t):
            a, b = t.chunk(2, -1)
            return torch.cat((a * cosine - b * sine, b * cosine + a * sine), -1).to(v.dtype)

        attended = f.scaled_dot_product_attention(turned(q), turned(k), v, is_causal=True, enable_gqa=self.heads != self.kv_heads)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, length, width))
        gate, up = self.gate_up(self.post_norm(x)).chunk(2, -1)
        return x + self.down(f.silu(gate) * up)


class Decoder(nn.Module):
    def __init__(self, layers, width, hidden, heads, kv_heads, vocabulary, context):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.blocks = nn.ModuleList(Block(width, hidden, heads, kv_heads) for _ in range(layers))
        self.norm = nn.RMSNorm(width, eps=1e-5)
        size = width // heads
        angles = torch.outer(torch.arange(context).float(), 10000.0 ** (-torch.arange(0, size, 2).float() / size))
        self.register_buffer("cosine", angles.cos())
        self.register_buffer("sine", angles.sin())

    def forward(self, ids, targets):
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, self.cosine, self.sine)
        logits = f.linear(self.norm(x), self.embedding.weight)  # tied
        return f.cross_entropy(logits.flatten(0, 1).float(), targets.flatten())


def main():
    micro_batch, sequences, steps, peak = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    tiny = sys.argv[5:] == ["tiny"]
    shape = TINY if tiny else PAPER
    layers, width, hidden, heads, kv_heads, vocabulary, context = shape
    device = "cpu" if tiny else "cuda"
    torch.manual_seed(2409)
    model = Decoder(*shape).to(device)
    step_loss = model if tiny else torch.compile(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    tokens = torch.randint(0, vocabulary, (sequences, context + 1), device=device)
    seconds, last = [], 0.0
    for run in range(steps + 2):  # two to compile and to touch memory
        if not tiny:
            torch.cuda.synchronize()
        began = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        last = 0.0
        for rows in tokens.split(micro_batch):
            with torch.autocast(device, torch.bfloat16):
                loss = step_loss(rows[:, :-1], rows[:, 1:]) * (len(rows) / sequences)
            loss.backward()
            last += loss.item()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if not tiny:
            torch.cuda.synchronize()
        if run >= 2:
            seconds.append(time.perf_counter() - began)
    matrices = layers * (width * (width + 2 * kv_heads * width // heads) + width * width + 3 * width * hidden) + vocabulary * width
    rate = sequences * context / statistics.median(seconds)
    causal = 6 * matrices + 6 * layers * width * context
    palm = 6 * matrices + 12 * layers * width * context
    print(json.dumps({"job": "cuda step", "peer": f"torch {torch.__version__}, compile, SDPA", "micro_batch": micro_batch,
                      "sequences": sequences, "tokens_per_second": round(rate, 1), "seconds": [round(s, 4) for s in sorted(seconds)],
                      "causal": rate * causal / peak, "palm": rate * palm / peak, "loss": last,
                      "memory_gib": 0 if tiny else torch.cuda.max_memory_allocated() / 2**30}))


main()
