"""Find the free slots shared by several meeting-room calendars.

Each room publishes its bookings as (start, end) pairs in minutes after
midnight; they arrive unsorted and may overlap or touch. Given opening hours
and a minimum meeting length, report for one room where it is free, and for a
group of rooms when at least one of them could take the meeting.
"""

from typing import Iterable, NamedTuple


class Span(NamedTuple):
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def merge(spans: Iterable[Span]) -> list[Span]:
    """Join overlapping or touching spans; empty spans are dropped."""
    merged: list[Span] = []
    for span in sorted(s for s in spans if s.length > 0):
        if merged and span.start <= merged[-1].end:
            last = merged[-1]
            merged[-1] = Span(last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def free_slots(bookings: Iterable[Span], opening: Span, minimum: int = 1) -> list[Span]:
    """Return the gaps inside `opening` that last at least `minimum` minutes."""
    gaps: list[Span] = []
    cursor = opening.start
    for busy in merge(bookings):
        if busy.start >= opening.end:
            break
        if busy.start > cursor:
            gaps.append(Span(cursor, busy.start))
        cursor = max(cursor, busy.end)
    if cursor < opening.end:
        gaps.append(Span(cursor, opening.end))
    return [gap for gap in gaps if gap.length >= minimum]


def any_room_free(
    calendars: dict[str, list[Span]], opening: Span, minimum: int
) -> dict[Span, list[str]]:
    """Map each distinct usable gap to the rooms that offer it, earliest first."""
    offers: dict[Span, list[str]] = {}
    for room in sorted(calendars):
        for gap in free_slots(calendars[room], opening, minimum):
            offers.setdefault(gap, []).append(room)
    return dict(sorted(offers.items()))


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def main() -> None:
    opening = Span(8 * 60, 18 * 60)
    calendars = {
        "Birch": [Span(540, 600), Span(590, 660), Span(900, 1080)],
        "Cedar": [Span(480, 720), Span(780, 840)],
        "Maple": [],
    }
    for gap, rooms in any_room_free(calendars, opening, minimum=45).items():
        print(f"{clock(gap.start)}-{clock(gap.end)}: {', '.join(rooms)}")


if __name__ == "__main__":
    main()
