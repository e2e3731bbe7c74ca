#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every header stands alone, and can be linked twice: headers.py SOURCE_DIR BUILD_DIR COMPILER [FLAGS...]

Alone: each header is a translation unit of its own. What headers include from outside costs most, so those that include the
same are checked over one precompiled header of what all of them include: that cannot hide a missing include from any of them.
At its end a unit would instantiate functions of libraries that nobody calls, at half of the cost. So each ends with an error of
our own, and is right when that is its first; with SNOWCODER_WHOLE_UNITS=1 it is compiled to its end.
Twice: one unit includes every header, to its end, and is linked with itself, so a missing `inline` is an error.
What has not changed since the last success is not compiled again.
"""
import collections
import concurrent.futures
import hashlib
import heapq
import itertools
import os
import re
import shutil
import subprocess
import sys

LAST_LINE = "the unit ends here"
WHOLE = os.environ.get("SNOWCODER_WHOLE_UNITS") == "1"
PRECOMPILING = 8  # what writing a precompiled header costs beside its includes, in includes of the standard library


def cost(names):
    """Of parsing them, in the same unit."""
    return sum(1 if re.fullmatch(r"\w+", name) else 5 for name in names)


class Headers:
    """The library's headers and what each includes at last: from outside, and not only under a condition."""

    def __init__(self, include):
        self.include, self.outside_of = include, {}
        self.found = sorted(os.path.relpath(os.path.join(folder, name), include) for folder, _, names in os.walk(os.path.join(include, "snowcoder"))
                            for name in names if name.endswith(".hpp"))

    def outside(self, header):
        if header not in self.outside_of:
            self.outside_of[header] = names = set()
            depth = 0
            for line in open(os.path.join(self.include, header), encoding="utf-8"):
                depth += bool(re.match(r"\s*#\s*if", line)) - bool(re.match(r"\s*#\s*endif", line))
                included = re.match(r"\s*#\s*include\s*[<\"]([^>\"]+)", line)
                if included and not depth:
                    name = included.group(1)
                    names |= self.outside(name) if name.startswith("snowcoder/") else {name}
        return self.outside_of[header]

    def by_shared(self, wanted):
        """Pairs of what is included from outside by all of some headers, and those headers: the two groups that lose least by
        it are made one, for as long as that costs less than it spares."""
        alike = collections.defaultdict(list)
        for header in wanted:
            alike[frozenset(self.outside(header))].append(header)
        groups = dict(enumerate(alike.items()))
        possible = []

        def consider(a, b):
            (names, headers), (others, more) = groups[a], groups[b]
            both = names & others
            lost = len(headers) * cost(names - both) + len(more) * cost(others - both)
            heapq.heappush(possible, (lost - cost(names | others) - PRECOMPILING, a, b))

        for pair in itertools.combinations(groups, 2):
            consider(*pair)
        while possible and possible[0][0] < 0:
            _, a, b = heapq.heappop(possible)
            if a in groups and b in groups:
                (names, headers), (others, more) = groups.pop(a), groups.pop(b)
                made = max(b, *groups, a) + 1 if groups else b + 1
                groups[made] = (names & others, headers + more)
                for other in list(groups)[:-1]:
                    consider(other, made)
        return groups.values()


def compiled(command, *arguments, text=None):
    return subprocess.run(command + list(arguments), capture_output=True, text=True, input=text)


def stands_alone(command, header):
    """The compiler's message, or None."""
    unit = ["-fsyntax-only", "-x", "c++", "-"]
    if WHOLE:
        done = compiled(command, *unit, text=f"#include <{header}>\n")
        return done.stderr if done.returncode else None
    done = compiled(command, "-Wfatal-errors", *unit, text=f'#include <{header}>\nstatic_assert(false, "{LAST_LINE}");\n')
    first = next((line for line in done.stderr.splitlines() if "error:" in line), "")
    return None if LAST_LINE in first else done.stderr or "no error was found, not even the one at the unit's end"


def check_group(command, build, number, shared, headers):
    """[(header, the compiler's message or None)] over one precompiled header."""
    folder = os.path.join(build, f"shared-{number}")
    os.makedirs(folder, exist_ok=True)
    every, over = os.path.join(folder, "every.hpp"), []
    with open(every, "w", encoding="utf-8") as out:
        out.write("".join(f"#include <{name}>\n" for name in sorted(shared)))
    if shared and compiled(command, "-x", "c++-header", every, "-o", every + ".gch").returncode == 0:
        over = ["-include", every]
    results = [(header, stands_alone(command + over, header)) for header in headers]
    shutil.rmtree(folder)
    return results


def linked_twice(command, build, headers):
    """The compiler's or the linker's message, or None."""
    unit = os.path.join(build, "every.o")
    done = compiled(command, "-x", "c++", "-c", "-", "-o", unit, text="".join(f"#include <{h}>\n" for h in headers))
    if done.returncode:
        return f"all headers together do not compile:\n{done.stderr[:3000]}"
    done = compiled(command, "-r", "-nostdlib", unit, unit, "-o", os.path.join(build, "both.o"))
    return f"headers cannot be linked twice:\n{done.stderr[:3000]}" if done.returncode else None


def main():
    root, build, command = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
    include = os.path.join(root, "include")
    command = command + ["-std=c++20", "-O0", "-w", "--param", "ggc-min-heapsize=1000000", "-I", include]
    os.makedirs(build, exist_ok=True)
    headers = Headers(include)
    found = headers.found
    if compiled(command, "-fsyntax-only", "-x", "c++", "-", text="#include <cuda_runtime.h>\n").returncode:
        cuda = [h for h in found if "/cuda/" in h]
        found = [h for h in found if h not in cuda]
        print(f"skipped: {len(cuda)} headers of backend/cuda, there is no CUDA toolkit here")
    everything = hashlib.md5(repr((command, WHOLE)).encode())
    for header in found:
        everything.update(open(os.path.join(include, header), "rb").read())
    stamp = {header: os.path.join(build, hashlib.md5((header + everything.hexdigest()).encode()).hexdigest()) for header in found}
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        together = pool.submit(linked_twice, command, build, found)
        groups = headers.by_shared([h for h in found if not os.path.exists(stamp[h])])
        jobs = [pool.submit(check_group, command, build, number, shared, members) for number, (shared, members) in
                enumerate(sorted(groups, key=lambda group: -len(group[1])))]
        for header, message in (result for job in jobs for result in job.result()):
            if message is None:
                open(stamp[header], "w").close()
            else:
                failed += 1
                print(f"{header} does not stand alone:\n{message[:2000]}")
        if together.result():
            failed += 1
            print(together.result())
    print(f"{len(found)} headers, {failed} failures")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
