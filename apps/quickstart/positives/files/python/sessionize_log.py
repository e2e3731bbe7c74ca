"""Group web-server hits into visitor sessions.

Input lines look like ``1700000000 10.0.0.7 GET /cart 200``. Hits of one
visitor belong to the same session while the pause between two of them is at
most 30 minutes. For each session report the visitor, the number of hits, the
duration and whether any request failed with a server error. Lines may be
slightly out of order, and malformed lines are counted rather than fatal.
"""

from collections import defaultdict
from dataclasses import dataclass, field

IDLE_LIMIT_S = 30 * 60


@dataclass(frozen=True, order=True)
class Hit:
    timestamp: int
    visitor: str
    method: str
    path: str
    status: int


@dataclass
class Session:
    visitor: str
    hits: list[Hit] = field(default_factory=list)

    @property
    def duration_s(self) -> int:
        return self.hits[-1].timestamp - self.hits[0].timestamp

    @property
    def failed(self) -> bool:
        return any(hit.status >= 500 for hit in self.hits)


def parse_line(line: str) -> Hit | None:
    parts = line.split()
    if len(parts) != 5:
        return None
    stamp, visitor, method, path, status = parts
    if not (stamp.isdigit() and status.isdigit()):
        return None
    return Hit(int(stamp), visitor, method, path, int(status))


def sessionize(lines: list[str]) -> tuple[list[Session], int]:
    """Return the sessions ordered by first hit, and the number of bad lines."""
    by_visitor: dict[str, list[Hit]] = defaultdict(list)
    rejected = 0
    for line in lines:
        hit = parse_line(line)
        if hit is None:
            rejected += 1
        else:
            by_visitor[hit.visitor].append(hit)

    sessions: list[Session] = []
    for visitor, hits in by_visitor.items():
        current: Session | None = None
        for hit in sorted(hits):
            if current is None or hit.timestamp - current.hits[-1].timestamp > IDLE_LIMIT_S:
                current = Session(visitor)
                sessions.append(current)
            current.hits.append(hit)
    sessions.sort(key=lambda session: session.hits[0].timestamp)
    return sessions, rejected


SAMPLE = """\
1700000000 10.0.0.7 GET /home 200
1700000300 10.0.0.7 GET /cart 200
1700000120 10.0.0.9 GET /home 200
this line was cut off
1700000200 10.0.0.9 POST /login 502
1700009000 10.0.0.7 GET /home 304
"""

if __name__ == "__main__":
    found, bad = sessionize(SAMPLE.splitlines())
    for s in found:
        flag = " (server error)" if s.failed else ""
        print(f"{s.visitor}: {len(s.hits)} hits in {s.duration_s} s{flag}")
    print(f"{bad} malformed line(s) skipped")
