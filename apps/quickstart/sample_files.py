#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies source files of several repositories, within a budget of bytes per language: sample_files.py OUT BYTES REPOSITORY...

Files are taken in the order of a hash of their place, one repository after the other in turn, until a language's budget
is used up: the same trees give the same sample. A repository has its folder's name; where two have one name, the second is
called NAME-2. The folder that OUT lies in and folders whose name begins with a dot are not looked at; what else is not
taken is counted. Only the Python standard library is needed.
"""
import collections
import hashlib
import os
import shutil
import sys

EXTENSIONS = {
    "python": "py", "java": "java", "cpp": "cpp cc cxx hpp hh", "c": "c h", "javascript": "js mjs jsx", "php": "php",
    "csharp": "cs", "go": "go", "typescript": "ts tsx", "sql": "sql", "ruby": "rb", "rust": "rs", "jupyter": "ipynb",
    "scala": "scala", "kotlin": "kt kts", "shell": "sh bash", "dart": "dart", "swift": "swift",
}
LANGUAGE = {extension: language for language, extensions in EXTENSIONS.items() for extension in extensions.split()}
LARGEST = 200_000


def named(roots):
    """The repositories by name, in an order that does not depend on that of the words."""
    names = {}
    for root in sorted(set(map(os.path.realpath, roots)), key=lambda root: (os.path.basename(root), root)):
        first = name = os.path.basename(root) or "root"
        while name in names:
            name = f"{first}-{int(name[len(first) + 1:] or 1) + 1}"
        names[name] = root
    return names


def files_of(root, own, left_out):
    """Language, place and size of every file that may be taken; the reasons of the others are counted."""
    def unreadable(_):
        left_out["unreadable folders"] += 1

    for folder, folders, names in os.walk(root, onerror=unreadable):
        linked = [f for f in folders if os.path.islink(os.path.join(folder, f))]
        left_out["links"] += len(linked)
        folders[:] = [f for f in folders if not f.startswith(".") and f not in linked and os.path.join(folder, f) != own]
        for name in names:
            path = os.path.join(folder, name)
            language = LANGUAGE.get(name.rsplit(".", 1)[-1]) if "." in name else None
            if not language:
                continue
            size = os.path.getsize(path) if os.path.isfile(path) else -1
            reason = ("links" if os.path.islink(path) else "pipes or devices" if size < 0 else "empty" if size == 0 else
                      f"over {LARGEST // 1000} kB" if size > LARGEST else None)
            if reason:
                left_out[reason] += 1
            else:
                yield language, os.path.relpath(path, root), size


def content(path):
    try:
        with open(path, "rb") as source:
            return source.read()
    except OSError:
        return None


def main():
    out, budget, roots = sys.argv[1], int(sys.argv[2]), named(sys.argv[3:])
    waiting = collections.defaultdict(dict)  # language -> repository -> files, best hash last
    left_out = collections.Counter()
    for repository, root in roots.items():
        found = list(files_of(root, os.path.dirname(os.path.realpath(out)), left_out))
        if not found:
            print("  no source files in " + root.encode("utf-8", "replace").decode())
        for language, path, size in found:
            key = hashlib.md5(f"{repository}/{path}".encode("utf-8", "replace")).hexdigest()
            waiting[language].setdefault(repository, []).append((key, path, size))
    part = out + ".part"
    shutil.rmtree(part, ignore_errors=True)
    for language in sorted(waiting):
        repositories = waiting[language]
        there = sum(map(len, repositories.values()))
        for files in repositories.values():
            files.sort(reverse=True)
        left, count = budget, 0
        while left > 0 and any(repositories.values()):
            for repository in sorted(repositories):
                if left > 0 and repositories[repository]:
                    _, path, size = repositories[repository].pop()
                    text = content(os.path.join(roots[repository], path))
                    if text is None:
                        left_out["unreadable"] += 1
                        continue
                    target = os.path.join(part, repository, path)
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    with open(target, "wb") as copy:
                        copy.write(text)
                    left -= size
                    count += 1
        print(f"  {language:<12} {count:>5} of {there:>5} files  {(budget - left) / 1000:>8.0f} kB  from {len(repositories)} repositories")
    reasons = [f"{n} {reason}" for reason, n in sorted(left_out.items()) if n]
    if reasons:
        print("  left out: " + ", ".join(reasons))
    if not os.path.isdir(part):
        sys.exit(f"no source files of {', '.join(sorted(EXTENSIONS))} in {' '.join(roots.values())}")
    shutil.rmtree(out, ignore_errors=True)
    os.rename(part, out)


if __name__ == "__main__":
    main()
