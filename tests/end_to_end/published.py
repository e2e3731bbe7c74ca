#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A model from outside and back, and an endpoint for it: published.py BIN_DIR SCRATCH

Makes a Llama folder of random weights for the tiny recipe, imports it, publishes it again as a folder and as GGUF, answers a
benchmark alone and in company, and talks to `serve` as other people's clients do.
"""
import array
import concurrent.futures
import http.client
import json
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import time

SENTINELS = """<|endoftext|> <fim_prefix> <fim_middle> <fim_suffix> <fim_pad> <repo_name> <file_sep> <issue_start> <issue_comment>
<issue_closed> <jupyter_start> <jupyter_text> <jupyter_code> <jupyter_output> <jupyter_script> <empty_output> <code_to_intermediate>
<intermediate_to_code> <pr> <pr_status> <pr_is_merged> <pr_base> <pr_file> <pr_base_code> <pr_diff> <pr_diff_hunk> <pr_comment>
<pr_event_id> <pr_review> <pr_review_state> <pr_review_comment> <pr_in_reply_to_review_id> <pr_in_reply_to_comment_id>
<pr_diff_hunk_comment_line>""".split()
LAYERS, WIDTH, HIDDEN, HEADS, KV, VOCABULARY, CONTEXT = 2, 32, 88, 2, 1, 320, 64


def make_tokenizer(path):
    """The sentinels, the bytes in the order of their symbols, and 30 merges."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = {b: chr(b) for b in printable}
    symbols |= {b: chr(256 + i) for i, b in enumerate(b for b in range(256) if b not in symbols)}
    tokens = SENTINELS + sorted(symbols.values())
    merges = [("e", "r"), ("i", "n"), ("r", "e"), ("o", "n"), ("a", "t"), ("e", "s"), ("t", "h"), ("\u0120", "a"), ("\u0120", "t"), ("d", "e")]
    merges += [("\u0120", letter) for letter in "bcdefghilmnoprsuvw"] + [("\u0120", "="), ("\u0120", "(")]
    tokens += [a + b for a, b in merges]
    assert len(tokens) == VOCABULARY and len(set(tokens)) == VOCABULARY
    added = [{"id": i, "content": s, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
             for i, s in enumerate(SENTINELS)]
    value = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
             "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                 {"type": "Digits", "individual_digits": True},
                 {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
             "post_processor": None, "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
             "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
                       "fuse_unk": False, "byte_fallback": False, "vocab": {t: i for i, t in enumerate(tokens)},
                       "merges": [f"{a} {b}" for a, b in merges]}}
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, ensure_ascii=False)


def make_model(folder):
    """bfloat16 weights, spread enough that answers are no constant."""
    pick = random.Random(5)
    shapes = {"model.embed_tokens.weight": [VOCABULARY, WIDTH]}
    for i in range(LAYERS):
        p = f"model.layers.{i}."
        shapes |= {p + "input_layernorm.weight": [WIDTH], p + "self_attn.q_proj.weight": [WIDTH, WIDTH],
                   p + "self_attn.k_proj.weight": [WIDTH // HEADS * KV, WIDTH], p + "self_attn.v_proj.weight": [WIDTH // HEADS * KV, WIDTH],
                   p + "self_attn.o_proj.weight": [WIDTH, WIDTH], p + "post_attention_layernorm.weight": [WIDTH],
                   p + "mlp.gate_proj.weight": [HIDDEN, WIDTH], p + "mlp.up_proj.weight": [HIDDEN, WIDTH],
                   p + "mlp.down_proj.weight": [WIDTH, HIDDEN]}
    shapes["model.norm.weight"] = [WIDTH]
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, shape in shapes.items():
        values = array.array("f", [1.0 if len(shape) == 1 else pick.gauss(0, 0.3) for _ in range(math.prod(shape))])
        halves = values.tobytes()
        halves = b"".join(halves[i + 2:i + 4] for i in range(0, len(halves), 4))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [len(data), len(data) + len(halves)]}
        data += halves
    os.makedirs(folder)
    text = json.dumps(header).encode()
    with open(os.path.join(folder, "model.safetensors"), "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as out:
        json.dump({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH, "intermediate_size": HIDDEN,
                   "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV, "vocab_size": VOCABULARY,
                   "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": True,
                   "eos_token_id": 0}, out)
    make_tokenizer(os.path.join(folder, "tokenizer.json"))


def app(*command, code=0):
    done = subprocess.run([*command, "--threads", "2"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode("utf-8", "replace")
    if done.returncode != code:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{text}")
    return text


def check(holds, what):
    if not holds:
        sys.exit(f"not so: {what}")


def content(path):
    with open(path, "rb") as file:
        return file.read()


def tensors(path):
    data = content(path)
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    return {name: (t["dtype"], data[8 + length + t["data_offsets"][0]:8 + length + t["data_offsets"][1]])
            for name, t in header.items() if name != "__metadata__"}


def there_and_back(programs, scratch):
    """The weights after import, publish, import, publish are those of the folder, bit for bit."""
    publish, folder = os.path.join(programs, "publish"), os.path.join(scratch, "folder")
    first, second = os.path.join(scratch, "run/checkpoints/imported/final"), os.path.join(scratch, "again/checkpoints/imported/final")
    app(publish, "import", "--in", folder, "--out", first)
    tokenizer = os.path.join(folder, "tokenizer.json")
    for dtype in ("bf16", "f32"):
        out = os.path.join(scratch, f"hf-{dtype}")
        app(publish, "--checkpoint", first, "--tokenizer", tokenizer, "--format", "hf", "--dtype", dtype, "--out", out)
        app(publish, "import", "--in", out, "--out", second)
        check(content(os.path.join(first, "model.safetensors")) == content(os.path.join(second, "model.safetensors")), f"{dtype} comes back")
    check(tensors(os.path.join(scratch, "hf-bf16/model.safetensors")) == tensors(os.path.join(folder, "model.safetensors")), "bf16 is what it was")
    sizes = {}
    for dtype in ("f32", "bf16", "f16", "q8_0"):
        out = os.path.join(scratch, f"model-{dtype}.gguf")
        app(publish, "--checkpoint", first, "--tokenizer", tokenizer, "--format", "gguf", "--dtype", dtype, "--out", out)
        sizes[dtype] = os.path.getsize(out)
        check(content(out)[:8] == b"GGUF\3\0\0\0", "a GGUF file of version 3")
        check("already" in app(publish, "--checkpoint", first, "--tokenizer", tokenizer, "--format", "gguf", "--dtype", dtype, "--out", out), "once is enough")
    check(sizes["q8_0"] < sizes["f16"] == sizes["bf16"] < sizes["f32"], f"narrower is smaller: {sizes}")
    app(publish, "--checkpoint", first, "--tokenizer", tokenizer, "--format", "hf", "--dtype", "q8_0", "--out", os.path.join(scratch, "no"), code=1)
    app(publish, "--format", "gguf", code=2)
    config = json.load(open(os.path.join(folder, "config.json"), encoding="utf-8"))
    wrong = os.path.join(scratch, "wrong")
    shutil.copytree(folder, wrong)
    with open(os.path.join(wrong, "config.json"), "w", encoding="utf-8") as out:
        json.dump(config | {"num_hidden_layers": 5}, out)
    check("layers 5, not 2" in app(publish, "import", "--in", wrong, "--out", os.path.join(scratch, "no"), code=1), "the difference is named")
    return first, tokenizer


def benchmark(programs, scratch, checkpoint, tokenizer):
    """The same samples whatever is answered at a time."""
    tasks, texts = os.path.join(scratch, "tasks.jsonl"), {}
    with open(tasks, "w", encoding="utf-8") as out:
        for i in range(9):
            out.write(json.dumps({"task_id": f"HumanEval/{i}", "prompt": f"def f{i}(a{'b' * i}):\n", "entry_point": f"f{i}",
                                  "canonical_solution": "    pass\n", "test": "def check(candidate):\n    pass\n"}) + "\n")
    for drawn in ([], ["--temperature", "0.9", "--top-p", "0.95", "--seed", "7"]):
        for batch, threads in ((1, 1), (4, 2), (9, 3)):
            out = os.path.join(scratch, f"samples-{len(drawn)}-{batch}.jsonl")
            command = [os.path.join(programs, "generate"), "--checkpoint", checkpoint, "--tokenizer", tokenizer, "--benchmark", tasks,
                       "--batch", str(batch), "--out", out, *drawn, "--threads", str(threads)]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            check(done.returncode == 0, done.stdout.decode("utf-8", "replace"))
            texts.setdefault(len(drawn), set()).add(content(out))
    check(all(len(t) == 1 for t in texts.values()), "samples do not depend on --batch and --threads")
    check(texts[0] != texts[6], "drawing is not greedy")
    several_samples([word for word in command if word not in ("--out", out)], scratch, content(out).splitlines())


def several_samples(command, scratch, drawn_once):
    """--samples-per-task: the same bytes after a kill, and the first of each task is the one drawn alone."""
    files = [os.path.join(scratch, name) for name in ("several.jsonl", "killed.jsonl")]
    commands = [[*command, "--samples-per-task", "3", "--out", out] for out in files]
    killed = subprocess.Popen(commands[1], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = files[1] + ".journal"
    while killed.poll() is None and not (os.path.exists(journal) and len(content(journal).splitlines()) > 4):
        time.sleep(0.001)
    killed.kill()
    killed.wait()
    for one in commands:
        subprocess.run(one, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rows = content(files[0]).splitlines()
    check(rows == content(files[1]).splitlines(), "samples are the same after a kill")
    check(len(rows) == 27 and rows[::3] == drawn_once and rows[1::3] != drawn_once, "three samples a task, each drawn by itself")
    greedy = [word for word in commands[0] if word not in ("--temperature", "0.9")]
    check(subprocess.run(greedy, stderr=subprocess.DEVNULL, check=False).returncode == 2, "several samples are never greedy")


class Client:
    def __init__(self, port):
        self.port = port

    def send(self, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        link.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        answer = link.getresponse()
        return answer.status, answer.read().decode()

    def post(self, path, **body):
        status, text = self.send("POST", path, body)
        check(status == 200, f"{path} {body}: {status} {text}")
        return json.loads(text)

    def events(self, path, **body):
        status, text = self.send("POST", path, {**body, "stream": True})
        check(status == 200, text)
        rows = [row[len("data: "):] for row in text.split("\n\n") if row]
        check(rows[-1] == "[DONE]", "a stream says when it is done")
        return [json.loads(row) for row in rows[:-1]]


def endpoint(programs, checkpoint, tokenizer):
    server = subprocess.Popen([os.path.join(programs, "serve"), "--checkpoint", checkpoint, "--tokenizer", tokenizer, "--port", "0", "--batch", "4",
                               "--threads", "2"], stderr=subprocess.PIPE)
    try:
        line = server.stderr.readline().decode()
        check("http://127.0.0.1:" in line, line)
        talk(Client(int(line.split("http://127.0.0.1:")[1].split("/")[0])))
    finally:
        server.terminate()
        server.wait()


def talk(client):
    check(client.send("GET", "/health")[0] == 200, "health")
    model = json.loads(client.send("GET", "/v1/models")[1])["data"][0]
    check(model["id"] == "tiny" and client.send("GET", "/v1/models/tiny")[0] == 200, "the model's name")
    path, chat = "/v1/completions", "/v1/chat/completions"
    greedy = {"prompt": "def f(", "max_tokens": 20, "temperature": 0}
    alone = client.post(path, **greedy)
    choice = alone["choices"][0]
    check(alone["usage"]["completion_tokens"] == 20 or choice["finish_reason"] == "stop", "the limit or the end")
    drawn = {"prompt": "x = ", "max_tokens": 20, "temperature": 1.2, "top_p": 0.9, "seed": 3}
    draws = {client.post(path, **drawn)["choices"][0]["text"] for _ in range(2)}
    check(len(draws) == 1, "a seed says which draw")
    check(client.post(path, **{**drawn, "seed": 4})["choices"][0]["text"] not in draws, "another seed, another draw")
    three = client.post(path, **{**drawn, "n": 3})["choices"]
    check([c["index"] for c in three] == [0, 1, 2] and three[0]["text"] in draws and len({c["text"] for c in three}) > 1, "n answers")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:  # in company, more than there are slots
        texts = list(pool.map(lambda i: client.post(path, **(greedy if i % 2 else {**greedy, "prompt": "y" * i}))["choices"][0]["text"], range(12)))
    check({t for t in texts[1::2]} == {choice["text"]}, "company changes no answer")

    pieces = client.events(path, **greedy)
    check("".join(e["choices"][0]["text"] for e in pieces) == choice["text"], "a stream's pieces are the answer")
    check(pieces[-1]["choices"][0]["finish_reason"] == choice["finish_reason"], "and end alike")
    last = client.events(path, **greedy, stream_options={"include_usage": True})[-1]
    check(last["choices"] == [] and last["usage"] == alone["usage"], "usage at a stream's end")
    long = next(c for c in choice["text"] if c.isprintable() and c != "\ufffd")
    cut = client.post(path, **greedy, stop=[long])["choices"][0]
    check(cut["finish_reason"] == "stop" and cut["text"] == choice["text"].split(long)[0], "stop strings")

    said = client.post(chat, messages=[{"role": "user", "content": "def f("}], max_tokens=20, temperature=0, logprobs=True, top_logprobs=2)
    check(said["choices"][0]["message"]["content"] == choice["text"], "a chat is its text")
    check(len(said["choices"][0]["logprobs"]["content"][0]["top_logprobs"]) == 2, "probabilities of a chat")
    spoken = client.events(chat, messages=[{"role": "user", "content": "def f("}], max_tokens=20, temperature=0)
    check(spoken[0]["choices"][0]["delta"]["role"] == "assistant", "the first piece names the role")
    check("".join(e["choices"][0]["delta"]["content"] for e in spoken) == choice["text"], "a chat's stream")
    likelihood(client, path)

    for body in ({"prompt": "x", "top_k": 5}, {"prompt": "x" * 500}, {"prompt": [9999]}, {"prompt": "x", "n": 0}, {}):
        status, text = client.send("POST", path, body)
        check(status == 400 and json.loads(text)["error"]["message"], f"{body} is refused")
    check(client.send("POST", path, None)[0] == 400 and client.send("GET", "/v1/nothing")[0] == 404, "nonsense is refused")


def likelihood(client, path):
    """What harnesses do to score a continuation: ids in, echo and logprobs out, in one request for several texts."""
    prompts = [[60, 70, 80, 90, 100], [61, 71, 81]]
    answer = client.post(path, model="tiny", prompt=prompts, temperature=0, max_tokens=1, logprobs=1, seed=1234, echo=True)
    check([c["index"] for c in answer["choices"]] == [0, 1], "a choice for each prompt")
    for ids, c in zip(prompts, answer["choices"]):
        l = c["logprobs"]
        check(len(l["token_logprobs"]) == len(ids) + 1 and l["token_logprobs"][0] is None, "prompt and one new token")
        check("".join(l["tokens"][:-1]) in c["text"], "the text is echoed")
        for i in range(1, len(ids)):  # each must be what a completion of the tokens before it says
            before = client.post(path, prompt=ids[:i], temperature=0, max_tokens=1, logprobs=100)["choices"][0]["logprobs"]
            top = before["top_logprobs"][0]
            if l["tokens"][i] in top:
                check(abs(top[l["tokens"][i]] - l["token_logprobs"][i]) < 1e-4, "probability of a prompt's token")
            best = max(l["top_logprobs"][i].values())
            check(abs(best - max(top.values())) < 1e-4, "the likeliest token")


def main():
    programs, scratch = sys.argv[1:3]
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    make_model(os.path.join(scratch, "folder"))
    checkpoint, tokenizer = there_and_back(programs, scratch)
    benchmark(programs, scratch, checkpoint, tokenizer)
    endpoint(programs, checkpoint, tokenizer)
    print("a model from outside is imported, published, asked and served")


if __name__ == "__main__":
    main()
