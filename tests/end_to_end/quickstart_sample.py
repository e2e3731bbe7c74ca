#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What apps/quickstart/sample_files.py takes of trees with odd names and files, and what it says it left out:
quickstart_sample.py SAMPLE_FILES"""
import contextlib
import importlib.util
import io
import os
import sys
import tempfile

TEXT = b"x = 1\n"


def write(path, text=TEXT):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(text)


def sample(script, out, *roots):
    """Runs the script as a user whom permissions bind; its words, and the message it ended with."""
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location("sample_files", script))
    module.__spec__.loader.exec_module(module)
    said, before, ended = io.StringIO(), os.geteuid(), None
    sys.argv = [script, out, "1000", *roots]
    try:
        if before == 0:
            os.seteuid(65534)
        with contextlib.redirect_stdout(said):
            module.main()
    except SystemExit as end:
        ended = str(end)
    finally:
        os.seteuid(before)
    return said.getvalue(), ended


def files_below(root):
    return sorted(os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names)


def main():
    script, problems = os.path.abspath(sys.argv[1]), []

    def expect(what, got, wanted):
        if got != wanted:
            problems.append(f"{what}: {got!r}, not {wanted!r}")

    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        odd, first, second = (os.path.join(folder, name) for name in ("an odd tree", "a/src", "b/src"))
        names = ["a b.py", "new\nline.py", "caf\udce9.py", "d\udcff/in.py", "-rf.py"]
        for name in names:
            write(os.path.join(odd, name))
        for name, text in (("empty.py", b""), ("large.py", TEXT * 40000), ("locked.py", TEXT), ("shut/in.py", TEXT), (".git/a.py", TEXT)):
            write(os.path.join(odd, name), text)
        os.chmod(os.path.join(odd, "locked.py"), 0)
        os.chmod(os.path.join(odd, "shut"), 0)
        os.mkfifo(os.path.join(odd, "pipe.py"))
        for name, target in (("loop", ".."), ("self.py", "self.py"), ("gone.py", "nowhere.py"), ("other.py", "a b.py")):
            os.symlink(target, os.path.join(odd, name))

        run = os.path.join(odd, "run")  # in the tree itself, with what a call that was killed has left
        write(os.path.join(run, "corpus.part", "src", "old.py"))
        os.chmod(run, 0o777)
        os.chmod(os.path.join(run, "corpus.part", "src"), 0o777)
        os.chmod(os.path.join(run, "corpus.part"), 0o777)
        said, ended = sample(script, os.path.join(run, "corpus"), odd)
        expect("ended", ended, None)
        expect("taken", files_below(os.path.join(run, "corpus")), sorted("an odd tree/" + name for name in names))
        expect("left out", said.splitlines()[-1],
               "  left out: 1 empty, 4 links, 1 over 200 kB, 1 pipes or devices, 1 unreadable, 1 unreadable folders")

        write(os.path.join(first, "m.py"), b"first = 1\n")
        write(os.path.join(second, "m.py"), b"second = 2\n")
        for roots in ((first, second), (second, first, first)):
            out = os.path.join(folder, "two")
            sample(script, out, *roots)
            expect("two trees of one name", files_below(out), ["src-2/m.py", "src/m.py"])
            with open(os.path.join(out, "src", "m.py"), "rb") as copy:
                expect("the first of them", copy.read(), b"first = 1\n")

        os.mkdir(os.path.join(folder, "bare\udcff"))
        said, _ = sample(script, os.path.join(folder, "three"), first, os.path.join(folder, "bare\udcff"))
        expect("a tree without source files", said.splitlines()[0], f"  no source files in {folder}/bare?")
        os.chmod(os.path.join(first, "m.py"), 0)
        said, ended = sample(script, os.path.join(folder, "none"), first)
        expect("nothing readable", (ended or "")[:16], "no source files ")
        os.chmod(os.path.join(odd, "shut"), 0o700)
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main()
