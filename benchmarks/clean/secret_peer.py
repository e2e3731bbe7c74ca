# SPDX-License-Identifier: Apache-2.0
"""detect-secrets on a labelled set: secret_peer.py SET.jsonl FINDINGS.jsonl BUDGET. Default plugins and filters; files are written
into memory under their own names, because its rules ask for them. FINDINGS gets {"document", "line", "value", "detector"} for
every one; prints one JSON line with the documents that fitted the budget (seconds), their bytes and seconds of processor time.
"""
import importlib.metadata
import json
import logging
import os
import sys
import tempfile
import time

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings


def main():
    rows = [json.loads(row) for row in open(sys.argv[1], encoding="utf-8")]
    budget, seconds, size, taken = float(sys.argv[3]), 0.0, 0, 0
    logging.disable(logging.CRITICAL)
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=shared) as folder, open(sys.argv[2], "w", encoding="utf-8") as out, default_settings():
        os.chdir(folder)
        for number, row in enumerate(rows):
            path = os.path.join(str(number), row["path"].lstrip("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(row["content"])
            found = SecretsCollection()
            began = time.process_time()
            found.scan_file(path)
            seconds += time.process_time() - began
            os.remove(path)
            size += len(row["content"].encode())
            taken += 1
            for _, secret in found:
                out.write(json.dumps({"document": number, "line": secret.line_number, "value": secret.secret_value, "detector": secret.type}) + "\n")
            if seconds > budget:
                break
    print(json.dumps({"documents": taken, "bytes": size, "seconds": seconds, "version": importlib.metadata.version("detect-secrets")}))


main()
