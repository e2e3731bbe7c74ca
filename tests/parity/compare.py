# SPDX-License-Identifier: Apache-2.0
"""Holds a finished quickstart against transformers and tokenizers: VENV/bin/python tests/parity/compare.py RUN OUT

RUN is the run folder, OUT what the program parity.quickstart wrote. Needs torch, transformers, tokenizers, numpy. Prints one
line a comparison and ends with 1 if one of them misses its bound.
"""
import json
import os
import subprocess
import sys

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, BertModel

run, out = sys.argv[1:3]
failed = []


def say(name, value, good):
    print(f"{'ok  ' if good else 'FAIL'} {name}: {value}", flush=True)
    if not good:
        failed.append(name)


def texts():
    folder = os.path.join(run, "clean", "documents")
    for name in sorted(os.listdir(folder)):
        rows = subprocess.run(["zstd", "-dcq", os.path.join(folder, name)], stdout=subprocess.PIPE, check=True).stdout
        for row in rows.splitlines():
            yield json.loads(row)["text"]


def compare_ids(name, tokenizer, documents):
    lengths = np.fromfile(os.path.join(out, name + ".lengths"), np.int32)
    rows = np.split(np.fromfile(os.path.join(out, name + ".ids"), np.int32), np.cumsum(lengths)[:-1])
    theirs = [np.asarray(e.ids, np.int32) for e in tokenizer.encode_batch(documents, add_special_tokens=False)]
    wrong = sum(not np.array_equal(a, b) for a, b in zip(rows, theirs)) + abs(len(rows) - len(theirs))
    say(f"{name} ids of {len(documents)} documents", f"{int(lengths.sum())} ids, {wrong} documents differ", wrong == 0)


documents = list(texts())
compare_ids("bpe", Tokenizer.from_file(os.path.join(run, "tokenizer.json")), documents)
encoder = os.path.join(run, "fetched", "encoder")
word_piece = Tokenizer.from_file(os.path.join(encoder, "tokenizer.json"))
word_piece.no_truncation()
word_piece.no_padding()
compare_ids("word_piece", word_piece, documents)

bert = BertModel.from_pretrained(encoder, dtype=torch.float32, attn_implementation="eager").eval()
ours = torch.from_numpy(np.fromfile(os.path.join(out, "encoder.bin"), np.float32)).view(-1, bert.config.hidden_size)
smallest = 1.0
with torch.no_grad():
    for row, text in zip(ours, documents):
        ids = word_piece.encode(text, add_special_tokens=False).ids[: bert.config.max_position_embeddings - 2]
        cls = bert(torch.tensor([[101, *ids, 102]])).last_hidden_state[0, 0]
        smallest = min(smallest, torch.cosine_similarity(row.double(), cls.double(), dim=0).item())
say(f"[CLS] of {len(ours)} files, smallest cosine", f"{smallest:.8f}", smallest >= 0.99999)

model = AutoModelForCausalLM.from_pretrained(os.path.join(run, "published"), dtype=torch.float32).eval()
AutoTokenizer.from_pretrained(os.path.join(run, "published"))
prompt = torch.from_numpy(np.fromfile(os.path.join(out, "prompt.ids"), np.int32).astype(np.int64))[None]
logits = torch.from_numpy(np.fromfile(os.path.join(out, "logits.bin"), np.float32)).view(prompt.shape[1], -1)
with torch.no_grad():
    apart = (model(prompt).logits[0] - logits).abs().max().item()
    say("logits of the published folder, largest difference", f"{apart:.3g}", apart < 1e-3)
    greedy = np.fromfile(os.path.join(out, "greedy.ids"), np.int32)
    theirs = model.generate(prompt[:, :50], max_new_tokens=len(greedy), do_sample=False, eos_token_id=None, pad_token_id=0)[0, 50:]
    say("greedy tokens", len(greedy), theirs.tolist() == greedy.tolist())
sys.exit(1 if failed else 0)
