#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every header stands alone, and can be linked twice: headers.py SOURCE_DIR BUILD_DIR COMPILER [FLAGS...]

Alone: each header is a translation unit of its own. Twice: two units that include every header that compiled are linked into
one program, so a missing `inline` is an error. What has not changed since the last success is not compiled again.
"""
import concurrent.futures
import hashlib
import os
import subprocess
import sys


def compile_alone(job):
    header, command, stamp = job
    done = subprocess.run(command + ["-fsyntax-only", "-x", "c++", header], capture_output=True, text=True)
    if done.returncode == 0:
        open(stamp, "w").close()
    return header, done.returncode, done.stderr


def main():
    root, build, command = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
    include = os.path.join(root, "include")
    command = command + ["-std=c++20", "-O0", "-w", "-I", include]
    os.makedirs(build, exist_ok=True)
    found = sorted(os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(include, "snowcoder"))
                   for name in names if name.endswith(".hpp"))
    probe = subprocess.run(command + ["-fsyntax-only", "-x", "c++", "-"], input="#include <cuda_runtime.h>\n", capture_output=True, text=True)
    if probe.returncode:
        cuda = [h for h in found if os.sep + "cuda" + os.sep in h]
        found = [h for h in found if h not in cuda]
        print(f"skipped: {len(cuda)} headers of backend/cuda, there is no CUDA toolkit here")
    everything = hashlib.md5(repr(command).encode())
    for header in found:
        everything.update(open(header, "rb").read())
    jobs = []
    for header in found:
        stamp = os.path.join(build, hashlib.md5((header + everything.hexdigest()).encode()).hexdigest())
        if not os.path.exists(stamp):
            jobs.append((header, command, stamp))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, code, message in pool.map(compile_alone, jobs):
            if code:
                failed += 1
                print(f"{os.path.relpath(header, root)} does not stand alone:\n{message[:2000]}")
    objects = []
    lines = "".join(f"#include <{os.path.relpath(h, include)}>\n" for h in found)
    for name, tail in (("first", "int other();\nint main() { return other(); }\n"), ("second", "int other() { return 0; }\n")):
        source, target = os.path.join(build, name + ".cpp"), os.path.join(build, name + ".o")
        with open(source, "w", encoding="utf-8") as out:
            out.write(lines + tail)
        done = subprocess.run(command + ["-c", source, "-o", target], capture_output=True, text=True)
        if done.returncode:
            print(f"all headers together do not compile:\n{done.stderr[:3000]}")
            failed += 1
        objects.append(target)
    link = subprocess.run(command + ["-r", "-nostdlib"] + objects + ["-o", os.path.join(build, "both.o")], capture_output=True, text=True)
    if link.returncode:
        print(f"headers cannot be linked twice:\n{link.stderr[:3000]}")
        failed += 1
    print(f"{len(found)} headers, {failed} failures")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
