# SPDX-License-Identifier: Apache-2.0
"""Holds what `publish` and `serve` make of a trained checkpoint against other people's programs:
VENV/bin/python tests/parity/published.py BIN CHECKPOINT TOKENIZER TEXT SCRATCH

BIN is bin/<recipe>, TEXT any source file. Needs torch, transformers, gguf and openai; llama.cpp (xllamacpp), vLLM and lm_eval
(with accelerate) are asked where they are installed. Prints one line a comparison and ends with 1 if one of them misses its bound.
"""
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import urllib.request

os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader, dequantize, quantize
from openai import OpenAI
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

programs, checkpoint, tokenizer_file, text_file, scratch = sys.argv[1:6]
prompt_tokens, new_tokens = 200, 256
failed = []


def say(name, value, good):
    print(f"{'ok  ' if good else 'FAIL'} {name}: {value}", flush=True)
    if not good:
        failed.append(name)


def publish(form, dtype, out):
    subprocess.run([f"{programs}/publish", "--checkpoint", checkpoint, "--tokenizer", tokenizer_file, "--format", form, "--dtype", dtype,
                    "--out", out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)


@contextlib.contextmanager
def served(precision):
    command = [f"{programs}/serve", "--checkpoint", checkpoint, "--tokenizer", tokenizer_file, "--port", "0", "--precision", precision]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield "http://127.0.0.1:" + server.stderr.readline().split("127.0.0.1:")[1].split("/")[0] + "/v1"
        finally:
            server.terminate()


def agreeing(ours, theirs):
    """How many ids are equal before the first that is not."""
    return next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))


class Reference:
    """The published folder in transformers, f32: log-probabilities after every token of a prompt, and what follows it."""

    def __init__(self, folder, text):
        self.folder, self.text = folder, text
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.ids = self.tokenizer(text).input_ids[:prompt_tokens]
        with torch.inference_mode():
            self.logprobs = torch.log_softmax(self.model(torch.tensor([self.ids])).logits[0].double(), -1).numpy()
            row = torch.tensor([self.ids])
            self.greedy = self.model.generate(row, attention_mask=torch.ones_like(row), max_new_tokens=new_tokens, do_sample=False,
                                              eos_token_id=None, pad_token_id=0)[0, len(self.ids):].tolist()


def endpoint(reference):
    for precision, bound in (("f32", 1e-3), ("bf16", 0.2)):
        with served(precision) as url:
            said = post(url + "/completions", {"prompt": reference.ids, "temperature": 0, "max_tokens": 0, "logprobs": 0, "echo": True})
            ours = np.array(said["choices"][0]["logprobs"]["token_logprobs"][1:])
            theirs = np.array([reference.logprobs[i, id] for i, id in enumerate(reference.ids[1:])])
            apart = np.abs(ours - theirs).max()
            say(f"serve {precision}, log-probabilities of {len(ours)} tokens, largest difference from transformers f32", f"{apart:.3g}", apart < bound)
            said = post(url + "/completions", {"prompt": reference.ids, "temperature": 0, "max_tokens": new_tokens, "logprobs": 0})["choices"][0]
            spelled = [reference.tokenizer.decode([id]) for id in reference.greedy]
            same = agreeing([a if not a.startswith("bytes:") else b for a, b in zip(said["logprobs"]["tokens"], spelled)], spelled)
            say(f"serve {precision}, greedy tokens equal to transformers f32", f"{same} of {len(spelled)}", precision != "f32" or same == len(spelled))


def gguf(reference, paths):
    weights = {name: w.float().numpy() for name, w in load_file(os.path.join(reference.folder, "model.safetensors")).items()}
    config = json.load(open(os.path.join(reference.folder, "config.json"), encoding="utf-8"))
    tokenizer = json.load(open(tokenizer_file, encoding="utf-8"))
    part = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
            "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
            "mlp.down_proj": "ffn_down"}
    names = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
    for i in range(config["num_hidden_layers"]):
        names |= {f"model.layers.{i}.{theirs}.weight": f"blk.{i}.{ours}.weight" for theirs, ours in part.items()}

    def in_pairs(name, w):
        heads = config["num_attention_heads"] if "q_proj" in name else config["num_key_value_heads"] if "k_proj" in name else 0
        return w.reshape(heads, 2, -1, w.shape[1]).swapaxes(1, 2).reshape(w.shape) if heads else w

    for dtype, path in paths.items():
        reader = GGUFReader(path)
        tensors = {t.name: t for t in reader.tensors}
        say(f"gguf {dtype}, tensors", len(tensors), set(tensors) == {names[n] for n in weights})
        wrong = 0
        for name, w in weights.items():
            t, want = tensors[names[name]], in_pairs(name, w)
            stored = np.asarray(t.data)
            wanted = want if t.tensor_type == GGMLQuantizationType.F32 else quantize(want, t.tensor_type)
            wrong += stored.tobytes() != np.ascontiguousarray(wanted).tobytes() or dequantize(t.data, t.tensor_type).reshape(w.shape).shape != w.shape
        say(f"gguf {dtype}, tensors other than the package's own quantize() of the weights", wrong, wrong == 0)
        said = {key: field.contents() for key, field in reader.fields.items()}
        vocabulary = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].get)
        want = {"general.architecture": "llama", "llama.block_count": config["num_hidden_layers"], "llama.embedding_length": config["hidden_size"],
                "llama.feed_forward_length": config["intermediate_size"], "llama.attention.head_count": config["num_attention_heads"],
                "llama.attention.head_count_kv": config["num_key_value_heads"], "llama.vocab_size": config["vocab_size"],
                "llama.context_length": config["max_position_embeddings"], "llama.rope.freq_base": np.float32(config["rope_theta"]),
                "llama.attention.layer_norm_rms_epsilon": np.float32(config["rms_norm_eps"]), "tokenizer.ggml.tokens": vocabulary,
                "tokenizer.ggml.merges": [m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]],
                "tokenizer.ggml.eos_token_id": config["eos_token_id"], "tokenizer.ggml.add_bos_token": False}
        wrong = [key for key, value in want.items() if said[key] != value]
        say(f"gguf {dtype}, keys that say something else than config.json and tokenizer.json", wrong or f"none of {len(want)}", not wrong)


def llama_cpp(reference, paths):
    import xllamacpp

    for dtype, path in paths.items():
        settings = xllamacpp.CommonParams()
        settings.model.path, settings.n_ctx, settings.n_parallel, settings.warmup, settings.cpuparams.n_threads, settings.port = path, 512, 1, False, 2, 0
        server = xllamacpp.Server(settings)
        url = str(server.listening_address).rstrip("/")
        ids = post(url + "/tokenize", {"content": reference.text, "add_special": False})["tokens"]
        say(f"llama.cpp {dtype}, ids of the text", len(ids), ids == reference.tokenizer(reference.text).input_ids)
        said = post(url + "/completion", {"prompt": reference.ids, "n_predict": new_tokens, "temperature": 0, "return_tokens": True, "n_probs": 20,
                                          "ignore_eos": True, "cache_prompt": False, "samplers": ["top_k"], "top_k": 1, "post_sampling_probs": False})
        same = agreeing(said["tokens"], reference.greedy)
        say(f"llama.cpp {dtype}, greedy tokens equal to transformers f32", f"{same} of {len(reference.greedy)}", dtype != "f32" or same == new_tokens)
        apart = max(abs(one["logprob"] - reference.logprobs[-1, one["id"]]) for one in said["completion_probabilities"][0]["top_logprobs"])
        say(f"llama.cpp {dtype}, log-probabilities of the first token, largest difference", f"{apart:.3g}", apart < (1e-3 if dtype == "f32" else 0.2))
        del server


def vllm(reference):
    from vllm import LLM, SamplingParams

    model = LLM(model=reference.folder, dtype="float32", enforce_eager=True, max_model_len=reference.model.config.max_position_embeddings)
    asked = SamplingParams(temperature=0, max_tokens=new_tokens, ignore_eos=True)
    said = model.generate([{"prompt_token_ids": reference.ids}], asked, use_tqdm=False)[0].outputs[0].token_ids
    same = agreeing(said, reference.greedy)
    say("vLLM f32, greedy tokens equal to transformers f32", f"{same} of {new_tokens}", same == new_tokens)


def clients(url, reference):
    client = OpenAI(base_url=url, api_key="none")
    model = client.models.list().data[0].id
    asked = {"model": model, "prompt": reference.text[:300], "max_tokens": 40, "temperature": 0}
    whole = client.completions.create(**asked)
    pieces = [piece.choices[0].text for piece in client.completions.create(**asked, stream=True)]
    say("openai, a completion and its stream", f"{whole.usage.completion_tokens} tokens, {len(pieces)} pieces", "".join(pieces) == whole.choices[0].text)
    chat = {"model": model, "messages": [{"role": "user", "content": reference.text[:300]}], "max_tokens": 40, "temperature": 0}
    said = client.chat.completions.create(**chat, logprobs=True, top_logprobs=3).choices[0]
    pieces = [piece.choices[0].delta.content for piece in client.chat.completions.create(**chat, stream=True)]
    say("openai, a chat and its stream", f"{len(said.logprobs.content)} tokens", said.message.content == whole.choices[0].text == "".join(pieces))


def harness(url, reference):
    """A task of each kind, on lines of the text: the same numbers as from transformers in the same harness."""
    import lm_eval
    from lm_eval.tasks import TaskManager

    lines = [line for line in reference.text.splitlines() if len(line.split()) > 3]
    rows, folder = os.path.join(scratch, "rows.jsonl"), os.path.join(scratch, "tasks")
    os.makedirs(folder, exist_ok=True)
    with open(rows, "w", encoding="utf-8") as out:
        for i in range(min(20, len(lines) - 4)):
            choices = [" " + line.split(None, 1)[1] for line in lines[i + 1:i + 5]]
            out.write(json.dumps({"prompt": lines[i] + "\n" + lines[i + 1].split()[0], "choices": choices, "answer": 0, "text": "\n".join(lines[i:i + 5])}) + "\n")
    kinds = {"multiple_choice": {"doc_to_text": "{{prompt}}", "doc_to_choice": "{{choices}}", "doc_to_target": "{{answer}}",
                                 "metric_list": [{"metric": "acc"}]},
             "generate_until": {"doc_to_text": "{{prompt}}", "doc_to_target": "{{choices[0]}}", "metric_list": [{"metric": "exact_match"}],
                                "generation_kwargs": {"until": ["\n"], "max_gen_toks": 24, "do_sample": False}},
             "loglikelihood_rolling": {"doc_to_text": "", "doc_to_target": "{{text}}", "metric_list": [{"metric": "bits_per_byte"}]}}
    for kind, task in kinds.items():
        with open(os.path.join(folder, kind + ".yaml"), "w", encoding="utf-8") as out:  # JSON is YAML
            json.dump({"task": "lines_" + kind, "dataset_path": "json", "dataset_kwargs": {"data_files": {"test": rows}}, "test_split": "test",
                       "output_type": kind, **task}, out)
    tasks = TaskManager(include_path=folder, include_defaults=False)
    models = {"local-completions": {"model": "any", "base_url": url + "/completions", "tokenizer": reference.folder, "max_length": 512, "num_concurrent": 4,
                                    "max_retries": 1},
              "hf": {"pretrained": reference.folder, "dtype": "float32", "device": "cpu"}}
    said = {name: lm_eval.simple_evaluate(model=name, model_args=given, tasks=["lines_" + k for k in kinds], task_manager=tasks, bootstrap_iters=0)
            for name, given in models.items()}
    for kind in kinds:
        ours, theirs = ([s["filtered_resps"] for s in sorted(said[name]["samples"]["lines_" + kind], key=lambda s: s["doc_id"])] for name in models)
        metrics = {k: v for k, v in said["local-completions"]["results"]["lines_" + kind].items() if isinstance(v, float) and "stderr" not in k}
        if kind == "generate_until":
            say(f"lm_eval {kind}, {len(ours)} tasks, answers equal to transformers'", metrics, ours == theirs)
            continue
        a, b = (np.array([v[0] if isinstance(v, (list, tuple)) else v for row in rows for v in (row if isinstance(row, list) else [row])], float)
                for rows in (ours, theirs))
        apart = np.abs(a - b).max()
        say(f"lm_eval {kind}, {len(a)} log-likelihoods, largest difference from transformers'", f"{apart:.3g} {metrics}", len(a) > 0 and apart < 1e-2)


def main():
    os.makedirs(scratch, exist_ok=True)
    torch.set_num_threads(2)
    with open(text_file, encoding="utf-8") as file:
        text = file.read()[:4000]
    reference = Reference(publish("hf", "f32", os.path.join(scratch, "hf")), text)
    endpoint(reference)
    paths = {dtype: publish("gguf", dtype, os.path.join(scratch, dtype + ".gguf")) for dtype in ("f32", "f16", "bf16", "q8_0")}
    gguf(reference, paths)
    if importlib.util.find_spec("xllamacpp"):
        llama_cpp(reference, paths)
    if importlib.util.find_spec("vllm"):
        vllm(reference)
    with served("f32") as url:
        clients(url, reference)
        if importlib.util.find_spec("lm_eval"):
            harness(url, reference)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":  # vLLM's processes read this file again
    main()
