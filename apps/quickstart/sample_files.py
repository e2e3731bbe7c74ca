#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies source files of several repositories, within a budget of bytes per language: sample_files.py OUT BYTES REPOSITORY...

Files are taken in the order of a hash of their place, one repository after the other in turn, until a language's budget
is used up: the same trees give the same sample. Only the Python standard library is needed.
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


def files_of(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if not f.startswith(".") and not os.path.islink(os.path.join(folder, f))]
        for name in names:
            path = os.path.join(folder, name)
            language = LANGUAGE.get(name.rsplit(".", 1)[-1]) if "." in name else None
            if language and os.path.isfile(path) and not os.path.islink(path):
                yield language, os.path.relpath(path, root), os.path.getsize(path)


def main():
    out, budget, roots = sys.argv[1], int(sys.argv[2]), sorted(sys.argv[3:], key=os.path.basename)
    waiting = collections.defaultdict(dict)  # language -> repository -> files, best hash last
    for root in roots:
        repository = os.path.basename(os.path.normpath(root))
        for language, path, size in files_of(root):
            if 0 < size <= LARGEST:
                key = hashlib.md5(f"{repository}/{path}".encode("utf-8", "replace")).hexdigest()
                waiting[language].setdefault(repository, []).append((key, path, size, root))
    if not waiting:
        sys.exit(f"no source files of {', '.join(sorted(EXTENSIONS))} in {' '.join(roots)}")
    part = out + ".part"
    shutil.rmtree(part, ignore_errors=True)
    for language in sorted(waiting):
        repositories = waiting[language]
        for files in repositories.values():
            files.sort(reverse=True)
        left, count = budget, 0
        while left > 0 and any(repositories.values()):
            for repository in sorted(repositories):
                if left > 0 and repositories[repository]:
                    _, path, size, root = repositories[repository].pop()
                    target = os.path.join(part, repository, path)
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    shutil.copyfile(os.path.join(root, path), target)
                    left -= size
                    count += 1
        print(f"  {language:<12} {count:>5} files  {(budget - left) / 1000:>8.0f} kB  from {len(repositories)} repositories")
    shutil.rmtree(out, ignore_errors=True)
    os.rename(part, out)


if __name__ == "__main__":
    main()
