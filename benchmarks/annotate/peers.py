# SPDX-License-Identifier: Apache-2.0
"""A peer of the encoder over the same sections: peers.py NAME FOLDER PREFIX THREADS RUNS CACHE POOL VECTORS

NAME: openvino-f32, openvino-bf16, openvino-int8, onnxruntime-f32, transformers-f32. PREFIX: what `encode sections` wrote. CACHE:
folder for exported models. POOL: cls or mean. Sections go longest first; every way (batch size; with several threads also requests side
by side) is tried once, the best is repeated.
Prints one JSON line: the seconds of every run, by the clock and of the processor. Pooled vectors go to VECTORS as raw floats.
"""
import json
import os
import sys
import time

import numpy as np


def sections(prefix):
    lengths, ids = (np.fromfile(prefix + end, np.int32) for end in (".lengths", ".ids"))
    return np.split(ids.astype(np.int64), np.cumsum(lengths)[:-1])


def batches(texts, size):
    """(positions, ids, mask), longest first, padded to the longest of each."""
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    for at in range(0, len(order), size):
        rows = order[at:at + size]
        ids = np.zeros((len(rows), len(texts[rows[0]])), np.int64)
        mask = np.zeros_like(ids)
        for row, place in enumerate(rows):
            ids[row, :len(texts[place])] = texts[place]
            mask[row, :len(texts[place])] = 1
        yield rows, ids, mask


def torch_model(folder, threads):
    import torch
    from transformers import AutoModel
    torch.set_num_threads(threads)
    return torch, AutoModel.from_pretrained(folder, attn_implementation="sdpa").eval()


def exported(folder, cache):
    """The encoder as ONNX, hidden states out."""
    path = os.path.join(cache, os.path.basename(os.path.normpath(folder)) + "-raw.onnx")
    if not os.path.exists(path):
        torch, model = torch_model(folder, 2)

        class hidden(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = model

            def forward(self, input_ids, attention_mask):
                return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

        example = (torch.ones(2, 16, dtype=torch.int64), torch.ones(2, 16, dtype=torch.int64))
        free = {0: "batch", 1: "width"}
        torch.onnx.export(hidden().eval(), example, path, input_names=["input_ids", "attention_mask"], output_names=["hidden"], dynamo=False,
                          dynamic_axes={name: free for name in ("input_ids", "attention_mask", "hidden")}, opset_version=17)
    return path


def openvino(precision, folder, cache, threads, texts):
    import openvino as ov
    core = ov.Core()
    if precision == "int8":
        path = os.path.join(cache, os.path.basename(os.path.normpath(folder)) + "-int8.xml")
        if not os.path.exists(path):
            import nncf
            samples = [{"input_ids": ids, "attention_mask": mask} for _, ids, mask in batches(texts[:16], 1)]
            made = nncf.quantize(core.read_model(exported(folder, cache)), nncf.Dataset(samples), model_type=nncf.ModelType.TRANSFORMER,
                                 subset_size=len(samples))
            ov.save_model(made, path, compress_to_fp16=False)
        model = core.read_model(path)
    else:
        model = core.read_model(exported(folder, cache))
    def compiled(streams):
        return core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
                                                 "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": streams})
    request = compiled(1).create_infer_request()
    ways = {"one request": lambda work: (request.infer({"input_ids": ids, "attention_mask": mask})[0] for ids, mask in work)}
    if threads > 1:
        queue = ov.AsyncInferQueue(compiled(threads), threads)

        def side_by_side(work):
            found = [None] * len(work)
            queue.set_callback(lambda done, at: found.__setitem__(at, done.get_output_tensor(0).data.copy()))
            for at, (ids, mask) in enumerate(work):
                queue.start_async({"input_ids": ids, "attention_mask": mask}, at)
            queue.wait_all()
            return found
        ways["requests side by side"] = side_by_side
    return ways


def onnxruntime(folder, cache, threads):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(exported(folder, cache), options, providers=["CPUExecutionProvider"])
    return {"one request": lambda work: (session.run(None, {"input_ids": ids, "attention_mask": mask})[0] for ids, mask in work)}


def transformers(folder, threads):
    torch, model = torch_model(folder, threads)

    def run(ids, mask):
        with torch.inference_mode():
            keyword = {} if mask.all() else {"attention_mask": torch.from_numpy(mask)}
            return model(input_ids=torch.from_numpy(ids), **keyword).last_hidden_state.numpy()
    return {"one request": lambda work: (run(*batch) for batch in work)}


def main():
    name, folder, prefix, threads, runs, cache, pool, out = sys.argv[1:9]
    library, precision = name.split("-")
    threads, texts = int(threads), sections(prefix)
    if library == "openvino":
        ways = openvino(precision, folder, cache, threads, texts)
    else:
        ways = onnxruntime(folder, cache, threads) if library == "onnxruntime" else transformers(folder, threads)
    vectors = None

    def once(way, size):
        nonlocal vectors
        wall, processor = time.perf_counter(), time.process_time()
        made = list(batches(texts, size))
        for (rows, _, mask), hidden in zip(made, ways[way]([(ids, mask) for _, ids, mask in made])):
            pooled = hidden[:, 0] if pool == "cls" else (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            if vectors is None:
                vectors = np.zeros((len(texts), pooled.shape[1]), np.float32)
            vectors[rows] = pooled
        return time.perf_counter() - wall, time.process_time() - processor

    runs, tried, best = int(runs), {}, ("one request", 1)
    if runs:
        for way in ways:
            once(way, 4)
            tried |= {(way, size): once(way, size)[0] for size in (1, 4)}
        best = min(tried, key=tried.get)
    times = [once(*best) for _ in range(max(1, runs))]
    vectors.tofile(out)
    print(json.dumps({"wall": [t[0] for t in times], "processor": [t[1] for t in times], "how": f"{best[0]}, batch {best[1]}",
                      "tried": {f"{way}, batch {size}": seconds for (way, size), seconds in tried.items()}}))


main()
