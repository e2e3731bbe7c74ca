# SPDX-License-Identifier: Apache-2.0
"""datatrove's filters on texts in memory: filter_peer.py fineweb_quality|gopher_quality SLICE RUNS

Each run goes through as many documents as fit twenty seconds. Prints {"runs": [MB/s], "megabytes"} as the last line.
"""
import json
import sys
import time

from datatrove.data import Document
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter

FILTERS = {"fineweb_quality": FineWebQualityFilter, "gopher_quality": GopherQualityFilter}
BUDGET = 20  # seconds


def main():
    made = FILTERS[sys.argv[1]]()
    with open(sys.argv[2], encoding="utf-8") as rows:
        texts = [json.loads(row)["text"] for row in rows]
    made.filter(Document(text=texts[0], id="0"))  # models load on the first call
    runs = []
    for _ in range(int(sys.argv[3])):
        done, began = 0, time.process_time()
        for text in texts:
            made.filter(Document(text=text, id="0"))
            done += len(text.encode())
            if (took := time.process_time() - began) > BUDGET:
                break
        runs.append(done / 1e6 / took)
    print(json.dumps({"runs": runs, "megabytes": done / 1e6}))


main()
