"""Convert between measurement units that are only linked indirectly.

A laboratory records facts such as "1 inch = 25.4 mm" and "1 foot = 12 inch".
Given such facts, convert any quantity between any two connected units by
walking the graph of facts, and refuse conversions between unrelated units.
Exact fractions keep chains of conversions free of rounding drift.
"""

from collections import deque
from fractions import Fraction


class UnrelatedUnits(LookupError):
    pass


class UnitGraph:
    def __init__(self) -> None:
        self._edges: dict[str, dict[str, Fraction]] = {}

    def define(self, unit: str, factor: str | int, other: str) -> None:
        """Record that one `unit` equals `factor` of `other`."""
        ratio = Fraction(factor)
        if ratio <= 0:
            raise ValueError(f"factor must be positive, got {factor}")
        self._edges.setdefault(unit, {})[other] = ratio
        self._edges.setdefault(other, {})[unit] = 1 / ratio

    def ratio(self, source: str, target: str) -> Fraction:
        """Return how many `target` make one `source`."""
        for unit in (source, target):
            if unit not in self._edges:
                raise KeyError(f"unknown unit: {unit}")
        queue = deque([(source, Fraction(1))])
        seen = {source}
        while queue:
            unit, product = queue.popleft()
            if unit == target:
                return product
            for neighbour, factor in self._edges[unit].items():
                if neighbour not in seen:
                    seen.add(neighbour)
                    queue.append((neighbour, product * factor))
        raise UnrelatedUnits(f"no path from {source} to {target}")

    def convert(self, amount: str | int, source: str, target: str) -> Fraction:
        return Fraction(amount) * self.ratio(source, target)


def build_lab_units() -> UnitGraph:
    units = UnitGraph()
    units.define("inch", "25.4", "mm")
    units.define("foot", 12, "inch")
    units.define("m", 1000, "mm")
    units.define("hour", 60, "minute")
    units.define("minute", 60, "s")
    return units


if __name__ == "__main__":
    lab = build_lab_units()
    print("6 foot =", float(lab.convert(6, "foot", "m")), "m")
    print("0.75 hour =", lab.convert("0.75", "hour", "s"), "s")
    try:
        lab.convert(1, "m", "s")
    except UnrelatedUnits as error:
        print("refused:", error)
