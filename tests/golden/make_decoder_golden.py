#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/decoder_{tied,untied,masked}: one step of a tiny Llama by transformers, for tests/golden/decoder.cpp; beside
the tied one also twenty steps of PyTorch's AdamW, for tests/golden/decoder_steps.cpp.

Weights are bfloat16 values (stored so, exactly); forward and backward run in float32 with eager attention. In the masked one a
token 0 opens a document, and attention stays within documents: a 4-dimensional mask, positions go on. Needs torch, transformers
and safetensors; the tests do not.
"""

import os

import torch
import transformers
from safetensors.torch import save_file

SEED = 20240902
STEPS, RATE, DECAY, CLIP = 20, 1e-3, 0.1, 1.0


def within_documents(tokens):
    """(batch, 1, length, length): 0 where row i sees row j, the lowest float elsewhere."""
    document = (tokens == 0).cumsum(1)
    length = tokens.shape[1]
    seen = (document[:, :, None] == document[:, None, :]) & torch.ones(length, length, dtype=torch.bool).tril()
    return torch.where(seen, 0.0, torch.finfo(torch.float32).min)[:, None]


def make(folder, tied, key_heads=2, batch=3, length=20, openings=None, steps=False):
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    config = transformers.LlamaConfig(
        vocab_size=80, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=key_heads, max_position_embeddings=length, rms_norm_eps=1e-5, rope_theta=10000.0,
        tie_word_embeddings=tied, use_cache=False, attn_implementation="eager", initializer_range=0.2)
    model = transformers.LlamaForCausalLM(config).float().train()
    draws = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "norm" in name:
                value.copy_(1.0 + 0.1 * torch.randn(value.shape, generator=draws))
            value.copy_(value.to(torch.bfloat16).float())
    tokens = torch.randint(0, config.vocab_size, (batch, length + 1), generator=draws)
    if openings is not None:
        tokens.clamp_(min=1)
        tokens[:, openings] = 0

    def step():
        mask = None if openings is None else within_documents(tokens[:, :-1])
        logits = model(input_ids=tokens[:, :-1], attention_mask=mask).logits
        losses = torch.nn.functional.cross_entropy(
            logits.reshape(-1, config.vocab_size), tokens[:, 1:].reshape(-1), reduction="none")
        return logits, losses

    logits, losses = step()
    losses.mean().backward()

    os.makedirs(folder, exist_ok=True)
    named = dict(model.named_parameters())
    save_file({k: v.detach().to(torch.bfloat16).contiguous() for k, v in named.items()}, f"{folder}/weights.safetensors")
    save_file({k: v.grad.contiguous() for k, v in named.items()}, f"{folder}/gradients.safetensors",
              metadata={"made_by": "make_decoder_golden.py", "seed": str(SEED), "torch": torch.__version__,
                        "transformers": transformers.__version__})
    save_file({"tokens": tokens.to(torch.int32), "logits": logits.detach().contiguous(), "losses": losses.detach()},
              f"{folder}/step.safetensors")
    if steps:
        train(model, lambda: step()[1].mean(), f"{folder}/adamw.safetensors")


def train(model, loss_of, path):
    """Decay on matrices, but not on the tied embedding, as the recipe's `decay::matrices`."""
    named = dict(model.named_parameters())
    decayed = [v for k, v in named.items() if v.dim() == 2 and "embed" not in k]
    kept = [v for k, v in named.items() if v.dim() != 2 or "embed" in k]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": kept, "weight_decay": 0.0}],
                                  lr=RATE, betas=(0.9, 0.95), eps=1e-8)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP))
        optimizer.step()
        losses.append(loss.detach())
    save_file({"losses": torch.stack(losses), "norms": torch.stack(norms)} | {k: v.detach().contiguous() for k, v in named.items()},
              path)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    make(os.path.join(here, "decoder_tied"), True, steps=True)
    make(os.path.join(here, "decoder_untied"), False)
    # Longer than a block of 128 queries; one document crosses from the first block into the second, one begins there.
    make(os.path.join(here, "decoder_masked"), True, key_heads=4, batch=1, length=150, openings=[31, 90, 140])
