#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/encoder: a tiny BERT folder as transformers saves one, and its hidden states, for tests/golden/encoder.cpp.

The forward pass runs in float32 with eager attention, one section after the other, so nothing is padded. Needs torch,
transformers and safetensors; the tests do not.
"""

import json
import os

import torch
import transformers
from safetensors.torch import save_file

SEED = 20240902
LENGTHS = [3, 48, 2, 17, 33, 1]


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "encoder")
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary += list("abcdefghijklmnopqrstuvwxyz0123456789(){}[];:=+-*/_.,<>\"'#")
    vocabulary += ["##" + c for c in "abcdefghijklmnopqrstuvwxyz"]
    config = transformers.BertConfig(
        vocab_size=len(vocabulary), hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3,
        max_position_embeddings=48, type_vocab_size=2, layer_norm_eps=1e-12, hidden_act="gelu",
        attn_implementation="eager", initializer_range=0.3)
    model = transformers.BertModel(config).float().eval()  # with a pooler, which must be left alone
    draws = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if name.endswith("LayerNorm.weight"):
                value.copy_(1.0 + 0.2 * torch.randn(value.shape, generator=draws))
            elif name.endswith("bias"):
                value.copy_(0.2 * torch.randn(value.shape, generator=draws))
    sections = [torch.randint(5, len(vocabulary), (n,), generator=draws) for n in LENGTHS]
    with torch.no_grad():
        states = [model(input_ids=s[None]).last_hidden_state[0] for s in sections]
    weights = {k: v.detach().contiguous() for k, v in model.named_parameters()}
    weights["embeddings.position_ids"] = torch.arange(config.max_position_embeddings)[None].contiguous()
    save_file(weights, f"{folder}/model.safetensors", metadata={"format": "pt"})
    save_file({"ids": torch.cat(sections).to(torch.int32), "lengths": torch.tensor(LENGTHS, dtype=torch.int64),
               "cls": torch.stack([s[0] for s in states]).contiguous(),
               "mean": torch.stack([s.mean(0) for s in states]).contiguous()},
              f"{folder}/expected.safetensors",
              metadata={"made_by": "make_encoder_golden.py", "seed": str(SEED), "torch": torch.__version__,
                        "transformers": transformers.__version__})
    with open(f"{folder}/config.json", "w") as out:
        kept = ("architectures", "hidden_act", "hidden_size", "intermediate_size", "layer_norm_eps", "max_position_embeddings",
                "model_type", "num_attention_heads", "num_hidden_layers", "position_embedding_type", "type_vocab_size", "vocab_size")
        whole = config.to_dict()
        json.dump({k: whole[k] for k in kept if whole.get(k) is not None}, out, indent=2)
        out.write("\n")
    with open(f"{folder}/vocab.txt", "w") as out:
        out.writelines(t + "\n" for t in vocabulary)


if __name__ == "__main__":
    main()
