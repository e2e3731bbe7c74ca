#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""prepare, fed with what is too much: hostile_sizes.py PREPARE SCRATCH [small|real] [CASE...]

small   sizes that a test run can afford, seconds
real    the nightly form: a line of 1 GB, a million empty files, folders 3,000 deep, … (12 GB of disk, a quarter of an hour)

Every case lies beside a good file that must be kept. The program must end with 3 where something was refused as broken and with
0 where nothing was, say why in rejects.jsonl, and stay below --memory and a constant for each of its two threads. One line of
figures a case; the exit code is 1 when any of them failed. Parquet files are left out where the program cannot read them.
"""
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time

MEMORY = 256 << 20
BEYOND = 512 << 20  # two threads, each with a line of 64 MiB and its parsed form; the program itself
GOOD = "def area(width, height):\n    \"\"\"Of a rectangle.\"\"\"\n    return width * height\n\n\n" * 4
SIZES = {
    "small": {"line": 80 << 20, "files": 4_000, "depth": 3_000, "seconds": 120, "rows": 20 << 20},
    "real": {"line": 1 << 30, "files": 1_000_000, "depth": 3_000, "seconds": 1800, "rows": 63 << 20},
}
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def blocks(size, block=b"x" * (1 << 20)):
    for begin in range(0, size, len(block)):
        yield block[:min(len(block), size - begin)]


def write(path, *parts):
    with open(path, "wb") as out:
        for part in parts:
            for piece in [part] if isinstance(part, bytes) else part:
                out.write(piece)


def row(path, text):
    return json.dumps({"repo": "rows", "path": path, "content": text}).encode() + b"\n"


# Each case fills a folder and returns what rejects.jsonl must say: {reason: files}, and the files that must be kept.

@case
def a_line_among_rows(folder, size):
    write(f"{folder}/rows.jsonl", row("a.py", GOOD), b'{"path": "b.py", "content": "', blocks(size["line"]), b'"}\n', row("c.py", GOOD + "z = 1\n"))
    return {"too_long_row": 1}, 2


@case
def a_line_without_end(folder, size):
    write(f"{folder}/rows.jsonl", row("a.py", GOOD), blocks(size["line"]))
    return {"too_long_row": 1}, 1


@case
def a_line_among_compressed_rows(folder, size):
    with subprocess.Popen(["zstd", "-1qfo", f"{folder}/rows.jsonl.zst"], stdin=subprocess.PIPE) as packer:
        packer.stdin.write(row("a.py", GOOD))
        for piece in blocks(size["line"], os.urandom(1 << 16).hex().encode() * 8):
            packer.stdin.write(piece)
        packer.stdin.write(b"\n" + row("c.py", GOOD + "z = 1\n"))
    return {"too_long_row": 1}, 2


@case
def long_texts_in_rows(folder, size):
    for number in range(4):
        write(f"{folder}/rows-{number}.jsonl", row(f"a{number}.py", GOOD + f"z = {number}\n"),
              *(part for k in range(3) for part in (f'{{"path": "b{number}{k}.py", "content": "'.encode(), blocks(size["rows"]), b'"}\n')))
    return {"too_large": 12}, 4


@case
def rows_of_many_values(folder, size):
    for number in range(4):
        write(f"{folder}/rows-{number}.jsonl", row(f"a{number}.py", GOOD + f"z = {number}\n"),
              b'{"path": "b.py", "x": [', blocks(size["rows"], b"1," * (1 << 19)), b'1], "content": "y"}\n',
              b'{"path": "c.py", "x": [', blocks(size["rows"], b'"",' * (1 << 19)), b'1], "content": "y"}\n',
              blocks(size["rows"], b"[" * (1 << 20)), b"\n")
    return {"broken_row": 12}, 4


@case
def a_long_line_in_a_file(folder, size):
    write(f"{folder}/long.py", b"x = '", blocks(size["line"]), b"'\n")
    return {"too_large": 1}, 0


@case
def a_long_line_in_an_archive(folder, size):
    with tarfile.open(f"{folder}/long.tar", "w") as archive:
        for name, length in (("r/a.py", len(GOOD)), ("r/long.py", size["line"]), ("r/c.py", len(GOOD) + 6)):
            entry = tarfile.TarInfo(name)
            entry.size = length
            text = (GOOD + ("z = 1\n" if length == len(GOOD) + 6 else "")).encode()
            archive.addfile(entry, io.BytesIO(text) if length <= len(GOOD) + 6 else Endless(length))
    return {"too_large": 1}, 2


class Endless:
    def __init__(self, size):
        self.left = size

    def read(self, count):
        count = min(count, self.left)
        self.left -= count
        return b"x" * count


@case
def an_archive_that_grows(folder, size):
    with tarfile.open(f"{folder}/bomb.tar.gz", "w:gz", compresslevel=9) as archive:
        entry = tarfile.TarInfo("r/long.py")
        entry.size = max(size["line"], 400 << 20)
        archive.addfile(entry, Endless(entry.size))
    return {"archive_bomb": 1, "too_large": 1}, 0  # it is known before it is unpacked


def fill(folder, count):
    os.makedirs(folder, exist_ok=True)
    at = os.open(folder, os.O_RDONLY)
    for number in range(count):
        os.close(os.open(f"f{number:07}.py", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


@case
def many_empty_files(folder, size):
    fill(f"{folder}/many", size["files"])
    return {"empty": size["files"]}, 0


@case
def many_empty_loose_files(folder, size):
    fill(folder, size["files"])
    return {"empty": size["files"]}, 0


@case
def many_empty_files_in_an_archive(folder, size):
    with tarfile.open(f"{folder}/many.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo()
        for number in range(size["files"]):
            entry.name = f"r/f{number:07}.py"
            archive.addfile(entry)
    return {"empty": size["files"]}, 0


@case
def deep_folders(folder, size):
    """Four letters a level: the path is three times as long as a path may be."""
    os.makedirs(f"{folder}/deep")
    write(f"{folder}/deep/a.py", (GOOD + "z = 1\n").encode())
    at = os.open(f"{folder}/deep", os.O_RDONLY)
    for _ in range(size["depth"]):
        os.mkdir("down", dir_fd=at)
        below = os.open("down", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open("x.py", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)
    return {"too_deep": 1}, 1


@case
def deep_paths_in_an_archive(folder, size):
    with tarfile.open(f"{folder}/deep.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("r/a.py", "r/" + "down/" * size["depth"] + "x.py", "r/" + "n" * 300_000 + ".py"):
            entry = tarfile.TarInfo(name)
            entry.size = len(GOOD) + 6
            archive.addfile(entry, io.BytesIO((GOOD + "z = 1\n").encode()))
    return None, 1  # the second name may be taken or not


@case
def truncated_rows(folder, size):
    rows = b"".join(row(f"a{n}.py", GOOD + f"z = {n}\n" + "# %d %d\n" % (n * n, n ** 3) * 20) for n in range(2000))
    packed = subprocess.run(["zstd", "-3qc"], input=rows, stdout=subprocess.PIPE, check=True).stdout
    write(f"{folder}/a.jsonl.zst", packed[:len(packed) // 2])
    write(f"{folder}/b.jsonl.zst", packed[:9])
    write(f"{folder}/c.jsonl.gz", gzip.compress(rows)[:-200])
    return {"broken_file": 3}, None


@case
def broken_parquet(folder, size):
    """Not the writer of any: the marks at both ends, and a footer that is cut, missing, or claims gigabytes."""
    write(f"{folder}/no_footer.parquet", b"PAR1" + b"\0" * 5000)
    write(f"{folder}/cut.parquet", b"PAR1" + b"\0" * 5000 + b"\x15\x02\x19" + (4000).to_bytes(4, "little"))
    write(f"{folder}/cut_footer.parquet", b"PAR1" + b"\x15\x02\x19\x4c\x48" * 100 + (500).to_bytes(4, "little") + b"PAR1")
    write(f"{folder}/large_footer.parquet", b"PAR1" + b"\0" * 5000 + (0x7fffffff).to_bytes(4, "little") + b"PAR1")
    write(f"{folder}/empty.parquet", b"")
    if sample := os.environ.get("SNOWCODER_PARQUET_FILE"):
        whole = open(sample, "rb").read()
        write(f"{folder}/truncated.parquet", whole[:len(whole) // 2])
        write(f"{folder}/half_a_footer.parquet", whole[:-int.from_bytes(whole[-8:-4], "little") // 2])
        return {"broken_file": 7}, 0
    return {"broken_file": 5}, 0


class Watch(threading.Thread):
    """Peak memory of a process: VmHWM, all of it, and RssAnon, without what is mapped from files."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.anonymous = pid, 0, 0
        self.start()

    def run(self):
        while True:
            try:
                with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
                    fields = dict(line.split(":", 1) for line in status)
                self.peak = max(self.peak, int(fields["VmHWM"].split()[0]) << 10)
                self.anonymous = max(self.anonymous, int(fields["RssAnon"].split()[0]) << 10)
            except (OSError, KeyError):
                return
            time.sleep(0.005)


def run(prepare, folder, out, seconds):
    began = time.monotonic()
    with open(out + ".log", "wb") as log:
        process = subprocess.Popen([prepare, "--in", folder, "--out", out, "--memory", str(MEMORY), "--threads", "2"], stdout=log,
                                   stderr=subprocess.STDOUT)
    watch = Watch(process.pid)
    killer = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
    killer.start()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    killer.cancel()
    watch.join()
    return {"exit": process.returncode, "seconds": round(time.monotonic() - began, 2), "cpu": round(used.ru_utime + used.ru_stime, 2),
            "peak_mib": watch.peak >> 20, "anonymous_mib": watch.anonymous >> 20}


def judge(name, make, prepare, scratch, size):
    folder, out = os.path.join(scratch, name, "in"), os.path.join(scratch, name, "out")
    subprocess.run(["rm", "-rf", os.path.join(scratch, name)], check=True)  # also what lies deeper than a path may be long
    os.makedirs(os.path.join(folder, "good"))
    write(os.path.join(folder, "good", "area.py"), GOOD.replace("area", "surface").encode())
    refused, kept = make(folder, size)
    figures = run(prepare, folder, out, size["seconds"])
    said, wrong = {}, []
    if figures["exit"] in (0, 3):
        rejects = os.path.join(out, "rejects.jsonl")
        for line in open(rejects, encoding="utf-8"):
            reject = json.loads(line)
            said[reject["reason"]] = said.get(reject["reason"], 0) + 1
            figures.setdefault("says", (reject["reason"] + ": " + reject["detail"])[:160])
        total = json.load(open(os.path.join(out, "funnel.json"), encoding="utf-8"))
        figures["kept"] = total["total"]["kept"]["files"]
        figures["rejects"] = {reason: count for reason, count in sorted(said.items()) if reason not in ("similar_content", "same_content")}
        if "no_parquet_support" in said:
            print(f"{name}: left out, the program was built without Arrow C++", flush=True)
            return True
        copies = said.get("similar_content", 0) + said.get("same_content", 0)
        if refused is not None and figures["rejects"] != refused:
            wrong.append(f"rejects should be {refused}")
        if kept is not None and figures["kept"] + copies != kept + 1:
            wrong.append(f"{kept + 1} files should be kept or copies")
        if figures["exit"] != (3 if total["refused_as_broken"] else 0):
            wrong.append(f"{total['refused_as_broken']} were refused as broken, the exit code does not say so")
    else:
        wrong.append("it must end with 0 or 3: " + open(out + ".log", "rb").read()[-400:].decode("utf-8", "replace"))
    if figures["peak_mib"] << 20 > MEMORY + BEYOND:
        wrong.append(f"more memory than {MEMORY + BEYOND >> 20} MiB")
    print(json.dumps({"case": name, **figures, **({"WRONG": wrong} if wrong else {})}), flush=True)
    if not wrong:
        subprocess.run(["rm", "-rf", os.path.join(scratch, name)], check=True)
    return not wrong


def main():
    prepare, scratch = sys.argv[1:3]
    kind = sys.argv[3] if len(sys.argv) > 3 else "small"
    names = sys.argv[4:] or list(CASES)
    if not shutil.which("zstd"):
        names = [name for name in names if name not in ("a_line_among_compressed_rows", "truncated_rows")]
        print("the program zstd is not here: compressed rows are left out")
    os.makedirs(scratch, exist_ok=True)
    sys.exit(0 if all([judge(name, CASES[name], prepare, scratch, SIZES[kind]) for name in names]) else 1)


if __name__ == "__main__":
    main()
