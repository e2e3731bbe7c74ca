#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""apps/quickstart/fetch_sources.sh with an apt-get of our own: what a network that fails for a while leaves behind is asked for
again, what is there is not, and what is missing or has another version than asked for is said; every package of the quickstart's
own list has a version: quickstart_fetch.py FETCH_SOURCES"""
import os
import subprocess
import sys
import tempfile

# As apt does it, lists that cannot be had end with 0 unless it is told otherwise.
APT = r"""#!/bin/sh
codename=$(. /etc/os-release; echo "${VERSION_CODENAME:-bookworm}")
for word in "$@"; do
  last=$word
  case $word in
    indextargets|update|source) verb=$word ;;
    APT::Update::Error-Mode=any) strict=1 ;;
  esac
done
echo "$verb" >> "$WORLD/calls"
case $verb in
  indextargets) echo "http://archive.example/debian $codename"; exit 0 ;;
  update) if [ ! -e "$WORLD/network" ]; then exit ${strict:+100}; fi; touch "$WORLD/lists" ;;
  source)
    if [ ! -e "$WORLD/lists" ]; then echo "E: no lists" >&2; exit 100; fi
    if [ "$last" = missing ]; then echo "E: 404 missing" >&2; echo "E: Failed to fetch some archives." >&2; exit 100; fi
    if [ "$last" = gone=1:2 ]; then echo "E: no version 1:2" >&2; exit 100; fi
    touch "${last%%=*}_1.dsc" ;;
esac
"""


def main():
    script, problems = os.path.abspath(sys.argv[1]), []
    with tempfile.TemporaryDirectory() as folder:
        world = os.path.join(folder, "world")
        os.mkdir(world)
        for name, text in (("apt-get", APT), ("dpkg-source", "#!/bin/sh\nfor last; do :; done\nmkdir \"$last\"\n")):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            os.chmod(path, 0o755)
        with open(os.path.join(folder, "list"), "w", encoding="utf-8") as out:
            out.write("# a comment\none 3:1\ngone 1:2\nany\nmissing\n")
        environment = dict(os.environ, PATH=folder + ":" + os.environ["PATH"], WORLD=world)

        def fetched(code, *said):
            done = subprocess.run([script, "list", "out"], cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode != code or any(line not in done.stdout.splitlines() for line in said):
                problems.append(f"{done.returncode} and {done.stdout!r} {done.stderr!r}, not {code} and {said}")
            with open(os.path.join(world, "calls"), encoding="utf-8") as calls:
                return calls.read().split()

        fetched(1, "  not available: one (no lists)")
        with open(os.path.join(world, "network"), "w", encoding="utf-8"):
            pass
        fetched(0, "  one_1", "  gone_1, not gone_2, which is gone: the corpus is not that of others", "  any_1",
                "  not available: missing (404 missing)")
        if not os.path.isdir(os.path.join(folder, "out", "one")):
            problems.append("the tree is not there")
        before = len(fetched(0, "  one_1"))
        if (asked := fetched(0, "  one_1")[before:]) != ["indextargets", "source", "source"]:  # missing alone, as often as it is tried
            problems.append(f"asked again: {asked}")
    with open(os.path.join(os.path.dirname(script), "packages.txt"), encoding="utf-8") as packages:
        problems += [f"no version: {line}" for line in packages if not line.startswith("#") and len(line.split()) != 2]
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main()
