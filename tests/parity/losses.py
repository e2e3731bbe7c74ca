# SPDX-License-Identifier: Apache-2.0
"""Holds the losses of a phase against PyTorch's: VENV/bin/python tests/parity/losses.py PROGRAM TOKENS TOKENIZER OUT

PROGRAM is parity_losses (tests/parity/losses.cpp), TOKENS the prefix of a token file of real code and TOKENIZER its tokenizer.json,
with 4,096 ids at most. Both sides start from the same weights, read the same sequences in the same order at the same rates, and
clip and decay alike; PyTorch trains transformers' Llama in f32 and under autocast to bf16 (weights and moments in f32, as ours).
What bf16 does to PyTorch's own losses, the mean distance of its two curves, is the noise; ours may lie no farther from PyTorch's
than that. Twenty steps agree in f32 to 1e-5. Prints one line a comparison; ends with 1 when one misses its bound. THREADS=n: of
PyTorch, 1 if not given.
"""
import contextlib
import json
import os
import subprocess
import sys

import numpy as np
import torch
from transformers import AutoModelForCausalLM

program, tokens, tokenizer, out = sys.argv[1:5]
torch.set_num_threads(int(os.environ.get("THREADS", "1")))
subprocess.run([program, tokens, tokenizer, out], check=True, stderr=subprocess.DEVNULL)
settings = json.load(open(os.path.join(out, "settings.json"), encoding="utf-8"))
rows = np.fromfile(os.path.join(out, "sequences.ids"), np.int32).reshape(settings["steps"], settings["sequences"], settings["columns"])


def ours(precision):
    with open(os.path.join(out, precision, "metrics", "general.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def theirs(rates, autocast=False):
    """The loss of every step."""
    model = AutoModelForCausalLM.from_pretrained(os.path.join(out, "initial"), dtype=torch.float32, attn_implementation="sdpa").train()
    named = dict(model.named_parameters())
    groups = [{"params": [p for name, p in named.items() if (name in settings["decayed"]) == decays],
               "weight_decay": settings["weight_decay"] if decays else 0.0} for decays in (True, False)]
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"])
    losses = []
    for batch, rate in zip(rows, rates):
        batch = torch.from_numpy(batch.astype(np.int64))
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16) if autocast else contextlib.nullcontext():
            logits = model(input_ids=batch[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]).float(), batch[:, 1:].reshape(-1))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


our_rows = ours("f32")
assert len(our_rows) == settings["steps"]
rates = [row["rate"] for row in our_rows]
f32 = np.array([row["loss"] for row in our_rows])
bf16 = np.array([row["loss"] for row in ours("bf16")])
torch_f32 = theirs(rates)
torch_autocast = theirs(rates, autocast=True)
np.savetxt(os.path.join(out, "losses.txt"), np.stack([f32, bf16, torch_f32, torch_autocast], 1), fmt="%.6f",
           header="ours f32, ours bf16, PyTorch f32, PyTorch autocast to bf16")

failed = []


def say(name, value, bound=None):
    good = bound is None or value <= bound
    print(f"{'ok  ' if good else 'FAIL'} {name}: {value:.3g}" + (f" (at most {bound:.3g})" if bound is not None else ""), flush=True)
    if not good:
        failed.append(name)


def apart(a, b):
    return float(np.abs(a - b).mean())


noise = apart(torch_autocast, torch_f32)
tail = slice(-50, None)
print(f"{settings['steps']} steps of {settings['sequences']} sequences of {settings['columns'] - 1}: losses from {torch_f32[0]:.4f} to {torch_f32[tail].mean():.4f}")
say("first step, f32, ours from PyTorch's", abs(f32[0] - torch_f32[0]), 1e-5)
say("first step, bf16, ours from PyTorch's f32", abs(bf16[0] - torch_f32[0]), 2e-2)
say("mean distance by step: noise, PyTorch autocast from f32", noise)
say("twenty steps, f32, ours from PyTorch's, relative", float((np.abs(f32 - torch_f32) / torch_f32)[:20].max()), 1e-5)
say("ours f32 from PyTorch f32", apart(f32, torch_f32), noise)
say("ours bf16 from PyTorch autocast", apart(bf16, torch_autocast), 2 * noise)
say("ours bf16 from PyTorch f32", apart(bf16, torch_f32), 1.5 * noise)
say("mean of the last 50: ours bf16 from PyTorch autocast", abs(bf16[tail].mean() - torch_autocast[tail].mean()), noise)
sys.exit(1 if failed else 0)
