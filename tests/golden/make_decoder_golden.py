#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/decoder_{tied,untied}: one step of a tiny Llama by transformers, for tests/golden/decoder.cpp.

Weights are bfloat16 values (stored so, exactly); forward and backward run in float32 with eager attention. Needs torch,
transformers and safetensors; the tests do not.
"""

import os

import torch
import transformers
from safetensors.torch import save_file

SEED = 20240902
BATCH, LENGTH = 3, 20


def make(folder, tied):
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    config = transformers.LlamaConfig(
        vocab_size=80, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=LENGTH, rms_norm_eps=1e-5, rope_theta=10000.0,
        tie_word_embeddings=tied, use_cache=False, attn_implementation="eager", initializer_range=0.2)
    model = transformers.LlamaForCausalLM(config).float().train()
    draws = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "norm" in name:
                value.copy_(1.0 + 0.1 * torch.randn(value.shape, generator=draws))
            value.copy_(value.to(torch.bfloat16).float())
    tokens = torch.randint(0, config.vocab_size, (BATCH, LENGTH + 1), generator=draws)
    logits = model(input_ids=tokens[:, :-1]).logits
    losses = torch.nn.functional.cross_entropy(
        logits.reshape(-1, config.vocab_size), tokens[:, 1:].reshape(-1), reduction="none")
    losses.mean().backward()

    os.makedirs(folder, exist_ok=True)
    named = dict(model.named_parameters())
    save_file({k: v.detach().to(torch.bfloat16).contiguous() for k, v in named.items()}, f"{folder}/weights.safetensors")
    save_file({k: v.grad.contiguous() for k, v in named.items()}, f"{folder}/gradients.safetensors",
              metadata={"made_by": "make_decoder_golden.py", "seed": str(SEED), "torch": torch.__version__,
                        "transformers": transformers.__version__})
    save_file({"tokens": tokens.to(torch.int32), "logits": logits.detach().contiguous(), "losses": losses.detach()},
              f"{folder}/step.safetensors")


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    for tied in (True, False):
        make(os.path.join(here, "decoder_tied" if tied else "decoder_untied"), tied)
