#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the walls of the house: walls.py SOURCE_DIR {includes|ceilings|top_level|presets|head|rules}

includes   every #include of a room follows the arrows of the design; third parties stay behind their own header
ceilings   no header over 400 lines, no app over 150
top_level  nothing at the top but what the design lists
presets    every preset of the design is there and each can be built and tested; every recipe header is in the CMake list, every
           experiment in docs/recipes.md and in its test
head       licence line first, `#pragma once`, no forbidden names
rules      every rule of config/broken.hpp has its remedy in docs/recipes.md and is broken by a test
parsers    small JSON is read by what limits how deep it may be nested (io/json.hpp), and by nothing beside it
"""
import json
import os
import re
import subprocess
import sys

BELOW_STAGES = {"core", "config", "record", "io"}
PURE = {"filter", "privacy", "dedup", "decontaminate", "tokenize", "select", "synthesize"}  # no files, no models
MODELS = {"annotate", "train", "generate", "evaluate", "publish"}
STAGES = PURE | MODELS | {"corpus"}
MAY_SEE = {"core": set(), "config": {"core"}, "record": {"core", "config"}, "io": {"core", "config", "record"},
           "backend": {"core", "config"}, "nn": {"core", "config", "backend"}, "parallel": {"core", "config", "backend"},
           "corpus": BELOW_STAGES, "pipeline": BELOW_STAGES | STAGES | {"nn", "backend", "parallel"},
           "recipes": {"core", "config", "filter", "dedup", "tokenize", "recipes"}}
MAY_SEE |= {room: {"core", "config", "record"} for room in PURE}
MAY_SEE |= {room: BELOW_STAGES | {"nn", "backend", "parallel"} for room in MODELS}

# A third party and the only files that may name it.
WRAPPED = {"zstd.h": "io/compressed.hpp", "zlib.h": "io/compressed.hpp", "nlohmann/": "io/json.hpp", "simdjson.h": "io/",
           "tl/expected.hpp": "core/expected.hpp", "CLI/": "pipeline/app.hpp", "spdlog/": "pipeline/log.hpp", "archive.h": "io/archive.hpp",
           "git2": "io/git_", "uchardet/": "io/character_set.hpp", "iconv.h": "io/character_set.hpp",
           "mpi.h": "parallel/mpi.hpp", "nccl.h": "parallel/nccl.hpp", "cublasLt.h": "backend/cuda/products.hpp", "cub/": "backend/cuda/order.cuh", "cudnn": "backend/cuda/", "arrow/": "io/parquet_file.hpp", "parquet/": "io/parquet_file.hpp",
           "curl/": "io/", "httplib.h": "io/http_server.hpp", "seccomp.h": "evaluate/", "sentencepiece": "io/sentence_piece.hpp"}
HOST_ONLY = {"config", "core", "record", "nn", "backend", "recipes", "filter"}  # never range-v3 or xtensor


def headers(root):
    for folder, _, names in os.walk(os.path.join(root, "include", "snowcoder")):
        for name in names:
            if name.endswith((".hpp", ".cuh")):
                yield os.path.join(folder, name)


def experiments(root):
    folder = os.path.join(root, "apps", "recipes")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def room_of(root, path):
    return os.path.relpath(path, os.path.join(root, "include", "snowcoder")).split(os.sep)[0]


def includes(root):
    for path in headers(root):
        room, inside = room_of(root, path), os.path.relpath(path, os.path.join(root, "include", "snowcoder"))
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if not match:
                continue
            quote, target = match.groups()
            if quote == '"':
                yield f"{path}:{number}: include by <snowcoder/…> from the root"
            elif target.startswith("snowcoder/"):
                seen = target.split("/")[1]
                if seen != room and seen not in MAY_SEE.get(room, set()):
                    yield f"{path}:{number}: room {room} may not see {seen}"
                if target.endswith(".cuh") and not path.endswith(".cuh"):
                    yield f"{path}:{number}: only kernels/ and other .cuh may include .cuh"
                if room == "nn" and "/cuda/" in target:
                    yield f"{path}:{number}: nn may not name a device"
            else:
                if room in HOST_ONLY and target.startswith(("range/", "xtensor/")):
                    yield f"{path}:{number}: {room} may not include range-v3 or xtensor"
                for name, wrapper in WRAPPED.items():
                    if target.startswith(name) and not inside.startswith(wrapper):
                        yield f"{path}:{number}: {target} is wrapped in {wrapper}"


def ceilings(root):
    for path in [*headers(root), *experiments(root)]:
        if sum(1 for _ in open(path, encoding="utf-8")) > 400:
            yield f"{path}: over 400 lines"
    for name in os.listdir(os.path.join(root, "apps")):
        path = os.path.join(root, "apps", name)
        if name.endswith(".cpp") and sum(1 for _ in open(path, encoding="utf-8")) > 150:
            yield f"{path}: an app over 150 lines"


ALLOWED = {"CMakeLists.txt", "CMakePresets.json", "include", "apps", "kernels", "tests", "benchmarks", "docs", "README.md", "LICENSE",
           "CHANGELOG.md", "CONTRIBUTING.md"}


def top_level(root):
    listed = subprocess.run(["git", "-C", root, "ls-files"], capture_output=True, text=True)
    names = listed.stdout.split("\n") if listed.returncode == 0 else os.listdir(root)
    for name in sorted({n.split("/")[0] for n in names if n}):
        if name not in ALLOWED and not name.startswith(".") and name not in {"build", "bin", "run"}:
            yield f"{name}: not in the design's list of top-level entries"
    for name in ALLOWED:
        if not os.path.exists(os.path.join(root, name)):
            yield f"{name}: missing"


def presets(root):
    value = json.load(open(os.path.join(root, "CMakePresets.json"), encoding="utf-8"))
    for kind in ("configurePresets", "buildPresets", "testPresets"):
        names = {p["name"] for p in value[kind] if not p.get("hidden")}
        for wanted in {"release", "portable", "dev", "asan", "tsan", "cuda"} - names:
            yield f"CMakePresets.json: {kind} lacks {wanted}"
    cmake = open(os.path.join(root, "CMakeLists.txt"), encoding="utf-8").read()
    for name in os.listdir(os.path.join(root, "include", "snowcoder", "recipes")):
        if name[:-4] not in cmake:
            yield f"recipes/{name}: not in SNOWCODER_RECIPES"
    for place, mention in (("docs/recipes.md", "`{}`"), ("tests/unit/recipes/experiments.cpp", "<recipes/{}.hpp>")):
        text = open(os.path.join(root, place), encoding="utf-8").read()
        for path in experiments(root):
            name = os.path.basename(path)[:-4]
            if mention.format(name) not in text and name != "changes":  # what they are made of, no recipe
                yield f"{path}: not in {place}"


def head(root):
    for path in [*headers(root), *experiments(root)]:
        lines = open(path, encoding="utf-8").read().split("\n")
        if lines[0] != "// SPDX-License-Identifier: Apache-2.0":
            yield f"{path}: first line is not the licence"
        if "#pragma once" not in lines:
            yield f"{path}: no #pragma once"
        if os.path.basename(path).split(".")[0] in {"utils", "common", "helpers", "misc"}:
            yield f"{path}: a name that says nothing"
        for number, line in enumerate(lines, 1):
            if re.match(r"\s*using namespace", line) and not line.startswith("  "):
                yield f"{path}:{number}: using namespace in a header"
            if len(line) > 128:
                yield f"{path}:{number}: over 128 columns"


def rules(root):
    def text(*parts):
        return open(os.path.join(root, *parts), encoding="utf-8").read()

    named = set(re.findall(r"^void (\w+)\(\);", text("include", "snowcoder", "config", "broken.hpp"), re.M))
    remedied = set(re.findall(r"^\| `(\w+)` \|", text("docs", "recipes.md").split("## Checks")[1].split("##")[0], re.M))
    tested = set(re.findall(r"(\w+)\)$", text("tests", "reject.cmake"), re.M))
    for rule in sorted(named ^ remedied):
        yield f"{rule}: either config/broken.hpp or docs/recipes.md lacks it"
    for rule in sorted(named - tested):
        yield f"{rule}: no test in tests/reject.cmake breaks it"


# The library's own parser, and the files that may call it: the second counts the keys as well, after the same check.
UNLIMITED, LIMITS = re.compile(r"json::(parse|sax_parse)\s*\(", re.I), {"io/json.hpp", "io/safetensors.hpp"}


def parsers(root):
    apps = [os.path.join(root, "apps", name) for name in os.listdir(os.path.join(root, "apps")) if name.endswith(".cpp")]
    for path in [*headers(root), *apps]:
        if os.path.relpath(path, os.path.join(root, "include", "snowcoder")) not in LIMITS:
            for number, line in enumerate(open(path, encoding="utf-8"), 1):
                if UNLIMITED.search(line):
                    yield f"{path}:{number}: io::parsed or io::parse_json, which say how deep JSON may be nested"


def main():
    root, check = os.path.abspath(sys.argv[1]), sys.argv[2]
    broken = list(globals()[check](root))
    print("\n".join(broken) or f"{check}: the walls stand")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
