# SPDX-License-Identifier: Apache-2.0
"""PyTorch's encoder at arctic-embed-m's shape, for benchmarks/cuda/encoder.cpp to stand beside: encoder_peers.py PEAK [tiny]

transformers' BertModel where it is installed, else the same layers written here; torch.compile, scaled_dot_product_attention, bf16,
sections of 512 tokens without a mask, the vector of the first token. Prints one JSON line for the better one of batches of 64 and 128
sections. `tiny` is a shape for trying the script on a CPU.
"""
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as f

try:
    import transformers
except ImportError:
    transformers = None

# layers, width, hidden, heads, vocabulary, positions
ARCTIC, TINY = (12, 768, 3072, 12, 30522, 512), (2, 64, 160, 2, 96, 48)


class Layer(nn.Module):
    def __init__(self, width, hidden, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.attention_norm, self.norm = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)

    def forward(self, x):
        q, k, v = (m(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for m in (self.query, self.key, self.value))
        x = self.attention_norm(x + self.output(f.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)))
        return self.norm(x + self.down(f.gelu(self.up(x))))


class Encoder(nn.Module):
    def __init__(self, layers, width, hidden, heads, vocabulary, positions):
        super().__init__()
        self.words, self.places, self.kinds = nn.Embedding(vocabulary, width), nn.Embedding(positions, width), nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, hidden, heads) for _ in range(layers))

    def forward(self, ids):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device)) + self.kinds.weight[0]
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x)
        return x[:, 0]


class Published(nn.Module):
    def __init__(self, layers, width, hidden, heads, vocabulary, positions):
        super().__init__()
        config = transformers.BertConfig(
            vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=hidden,
            max_position_embeddings=positions, attn_implementation="sdpa")
        self.model = transformers.BertModel(config, add_pooling_layer=False)

    def forward(self, ids):
        return self.model(input_ids=ids).last_hidden_state[:, 0]


def main():
    peak, tiny = float(sys.argv[1]), sys.argv[2:] == ["tiny"]
    shape, device = (TINY, "cpu") if tiny else (ARCTIC, "cuda")
    layers, width, hidden, _, vocabulary, length = shape
    torch.manual_seed(2409)
    model = (Published if transformers else Encoder)(*shape).to(device, torch.bfloat16).eval()
    encode = model if tiny else torch.compile(model, dynamic=False)
    best = None
    with torch.inference_mode():
        for batch in (4, 8) if tiny else (64, 128):
            ids = torch.randint(0, vocabulary, (batch, length), device=device)
            seconds = []
            for run in range(23):  # three to compile and to touch memory
                if not tiny:
                    torch.cuda.synchronize()
                began = time.perf_counter()
                encode(ids)
                if not tiny:
                    torch.cuda.synchronize()
                if run >= 3:
                    seconds.append(time.perf_counter() - began)
            rate = batch * length / statistics.median(seconds)
            if best is None or rate > best[0]:
                best = rate, batch, sorted(seconds)
    rate, batch, seconds = best
    flop = layers * (8 * width * width + 4 * width * hidden + 4 * width * length)
    name = f"transformers {transformers.__version__}" if transformers else "its layers in PyTorch"
    print(json.dumps({"job": "cuda encoder", "peer": f"{name}, torch {torch.__version__}, compile, SDPA, bf16", "batch": batch,
                      "tokens_per_second": round(rate, 1), "seconds": [round(s, 5) for s in (seconds[0], seconds[len(seconds) // 2],
                                                                                            seconds[-1])],
                      "of_peak": rate * flop / peak}))


main()
