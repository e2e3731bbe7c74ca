#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uses the library as its users do: run.py SOURCE_DIR BUILD_DIR CMAKE {find_package|data_only|add_subdirectory|documentation|wrong_calls}
[CMAKE FLAGS]"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

EXPECTED = ["kept", "mean_line_at_most"]
APPS = "annotate generate judge plan prepare publish report select serve synthesize tokenize train".split()
BUILT = ["lr_linear_toy.plan", *("wider_lines." + app for app in ("plan", "prepare", "train"))]  # of the data, ingest and cpu components

RECIPE = "snowcoder_add_recipe(NAME wider_lines TYPE wider_lines HEADER "
WRONG_CALLS = {  # what CMake says to each, its line breaks apart
    RECIPE + "wider_lines.hpp APPS plan bogus)": 'there is no app "bogus"; APPS are prepare tokenize',
    RECIPE + "wider_lines.hpp APP plan)": 'unknown "APP;plan"; it takes NAME, HEADER, TYPE and APPS',
    RECIPE + "wide_lines.hpp)": "HEADER wide_lines.hpp is neither a file of",
    "snowcoder_add_recipe(NAME wider_lines HEADER wider_lines.hpp)": "TYPE is missing",
    "snowcoder_define_components(PACKAGE WANTED data dta)\nmessage(FATAL_ERROR \"${snowcoder_NOT_FOUND_MESSAGE}\")":
        "there is no component dta; the components are data, cpu and cuda",
}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def refuse_wrong_calls(source, cmake, tree):
    os.makedirs(tree)
    shutil.copy(os.path.join(source, "tests", "consumer", "find_package", "wider_lines.hpp"), tree)
    script = os.path.join(tree, "call.cmake")
    for call, message in WRONG_CALLS.items():
        with open(script, "w", encoding="utf-8") as out:
            out.write("cmake_minimum_required(VERSION 3.25)\n")
            for included in ("include/snowcoder-targets.cmake", "apps/snowcoder_add_recipe.cmake"):
                out.write(f"include({source}/{included})\n")
            out.write(call + "\n")
        done = subprocess.run([cmake, "-P", script], cwd=tree, capture_output=True, text=True)
        if done.returncode == 0 or message not in " ".join(done.stderr.split()):
            sys.exit(f"{call}\nends with {done.returncode} and says\n{done.stderr}, not {message}")


CODE = re.compile(r"^```cpp\n(.*?)^```\n(?:```\n(.*?)^```$)?", re.M | re.S)  # and what it prints, where that stands right behind it


def compile_documentation(source, cmake, tree, common):
    """Each C++ block of the pages is a file: it compiles without a warning, alone or with what the lines before it say to link."""
    os.makedirs(tree)
    wanted = []
    with open(os.path.join(tree, "CMakeLists.txt"), "w", encoding="utf-8") as project:
        project.write("cmake_minimum_required(VERSION 3.25)\nproject(documentation LANGUAGES CXX)\n"
                      f"add_subdirectory({source} snowcoder)\nset(CMAKE_CXX_STANDARD 20)\n"
                      "add_compile_options(-Wall -Wextra -Werror)\n")
        for page in [os.path.join(source, "README.md"), *sorted(glob.glob(os.path.join(source, "docs", "**", "*.md"), recursive=True))]:
            text = open(page, encoding="utf-8").read()
            for number, block in enumerate(CODE.finditer(text), 1):
                name = os.path.splitext(os.path.basename(page))[0] + f".{number}"
                linked = re.search(r"[Ll]ink `snowcoder::(\w+)`", text[:block.start()].rstrip().rsplit("\n\n", 1)[-1])
                program = "int main(" in block[1]
                with open(os.path.join(tree, name + ".hpp"), "w", encoding="utf-8") as out:
                    out.write(block[1])
                with open(os.path.join(tree, name + ".cpp"), "w", encoding="utf-8") as out:
                    out.write(f'#include "{name}.hpp"\n')
                project.write(f"{'add_executable(' if program else 'add_library('}{name}{'' if program else ' OBJECT'} {name}.cpp)\n")
                project.write(f"target_link_libraries({name} PRIVATE snowcoder::{linked[1]})\n" if linked else
                              f"target_include_directories({name} PRIVATE {source}/include)\n")
                wanted.append((page, name, block[2] if program else None))
    run(cmake, "-S", tree, "-B", tree, *common)
    run(cmake, "--build", tree, "--", "-k", "0")
    printing = [(page, name, text) for page, name, text in wanted if text is not None]
    for page, name, text in printing:
        printed = subprocess.run([os.path.join(tree, name)], cwd=tree, capture_output=True, text=True, check=True).stdout
        if printed.rstrip() != text.rstrip():
            sys.exit(f"{page}: {name} prints\n{printed}and not\n{text}")
    if len(wanted) < 15 or len(printing) < 5:
        sys.exit(f"{len(wanted)} blocks and {len(printing)} outputs: are the pages still read?")
    print(f"{len(wanted)} blocks compile, {len(printing)} print what stands behind them")


def main():
    source, build, cmake, kind, flags = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:]
    project = os.path.join(source, "tests", "consumer", "add_subdirectory" if kind == "add_subdirectory" else "find_package")
    prefix, tree = os.path.join(build, "prefix"), os.path.join(build, kind)
    shutil.rmtree(tree, ignore_errors=True)
    if kind == "wrong_calls":
        return refuse_wrong_calls(source, cmake, tree)
    common = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=-O0", "-DSNOWCODER_CUDA=OFF", *flags]
    if kind == "documentation":
        return compile_documentation(source, cmake, tree, common)
    if kind == "add_subdirectory":
        run(cmake, "-S", project, "-B", tree, f"-DSNOWCODER_SOURCE={source}", *common)
        run(cmake, "--build", tree, "--target", "one_header", "ids_of_text", "wider_lines")
        run(os.path.join(tree, "bin", "wider_lines", "generate"), "--help")
    else:
        installed = os.path.join(build, "installed-" + kind)
        run(cmake, "-S", source, "-B", installed, "-DSNOWCODER_TESTS=OFF", "-DSNOWCODER_APPS=OFF", *common)
        run(cmake, "--install", installed, "--prefix", prefix)
        if not os.path.isfile(os.path.join(prefix, "share", "doc", "snowcoder", "LICENSE")):
            sys.exit("no LICENSE is installed")
        data_only = ["-DCONSUMER_DATA_ONLY=ON", "-DCMAKE_DISABLE_FIND_PACKAGE_dnnl=ON"] if kind == "data_only" else []
        run(cmake, "-S", project, "-B", tree, f"-DCMAKE_PREFIX_PATH={prefix}", *data_only, *common)
        run(cmake, "--build", tree, "--target", "one_header", "ids_of_text", *([] if kind == "data_only" else BUILT))
    printed = run(os.path.join(tree, "one_header")).split()
    if printed != EXPECTED:
        sys.exit(f"one_header printed {printed}, not {EXPECTED}")
    printed = run(os.path.join(tree, "ids_of_text"), os.path.join(source, "tests", "golden", "tokenizer", "byte_pair.json"))
    if not printed.endswith(" return 42;\n") or len(printed.split()) < 4:
        sys.exit(f"ids_of_text printed {printed}")
    if kind == "find_package":
        folder = os.path.join(tree, "bin", "wider_lines")
        targets = run(cmake, "--build", tree, "--target", "help").split()
        missing = [app for app in APPS if f"wider_lines.{app}:" not in targets]
        own = run(os.path.join(folder, "plan"), "--describe").split("fingerprint")[1].split()[0]
        shipped = run(os.path.join(source, "bin", "arctic_snowcoder_1b3", "plan"), "--describe").split("fingerprint")[1].split()[0]
        if own == shipped or missing:
            sys.exit(f"no app {missing}, fingerprint {own} beside {shipped}")
        if "lr_linear_toy" not in run(os.path.join(tree, "bin", "lr_linear_toy", "plan"), "--describe"):
            sys.exit("the installed arm lr_linear_toy has another name")
        corpus, clean = os.path.join(tree, "corpus", "repository"), os.path.join(tree, "clean")
        os.makedirs(corpus)
        shutil.copy(__file__, corpus)
        run(os.path.join(folder, "prepare"), "--in", os.path.dirname(corpus), "--out", clean)
        stamped = json.load(open(os.path.join(clean, "provenance.json"), encoding="utf-8"))["recipe"]
        if stamped["name"] != "wider_lines" or stamped["fingerprint"] != own:
            sys.exit(f"provenance names {stamped['name']} {stamped['fingerprint']}, the recipe is {own}")
        print(f"{len(APPS)} apps, fingerprint {own}")


if __name__ == "__main__":
    main()
