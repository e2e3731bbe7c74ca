"""Predict high and low water at a small harbour.

The harbour master keeps four tidal constituents, each with an amplitude in
metres, a speed in degrees per hour and a phase lag in degrees. The height of
the water above chart datum is the mean level plus the sum of the constituent
cosines. Given a start hour and a duration, list every turning point of the
curve with its time and height, refined to about one second.
"""

import math
from dataclasses import dataclass
from typing import Iterator, Sequence


@dataclass(frozen=True)
class Constituent:
    name: str
    amplitude_m: float
    speed_deg_per_h: float
    phase_deg: float

    def height(self, hour: float) -> float:
        angle = math.radians(self.speed_deg_per_h * hour - self.phase_deg)
        return self.amplitude_m * math.cos(angle)

    def slope(self, hour: float) -> float:
        speed = math.radians(self.speed_deg_per_h)
        angle = speed * hour - math.radians(self.phase_deg)
        return -self.amplitude_m * speed * math.sin(angle)


@dataclass(frozen=True)
class Turn:
    hour: float
    height_m: float
    is_high: bool

    def __str__(self) -> str:
        hours, minutes = divmod(round(self.hour * 60), 60)
        kind = "high" if self.is_high else "low"
        return f"{hours:02d}:{minutes:02d}  {kind:<4}  {self.height_m:5.2f} m"


class TideModel:
    def __init__(self, mean_level_m: float, constituents: Sequence[Constituent]):
        self.mean_level_m = mean_level_m
        self.constituents = tuple(constituents)

    def height(self, hour: float) -> float:
        return self.mean_level_m + sum(c.height(hour) for c in self.constituents)

    def slope(self, hour: float) -> float:
        return sum(c.slope(hour) for c in self.constituents)

    def turns(self, start: float, hours: float, step: float = 0.25) -> Iterator[Turn]:
        """Yield turning points, found by bracketing a sign change of the slope."""
        count = math.ceil(hours / step)
        left, left_slope = start, self.slope(start)
        for i in range(1, count + 1):
            right = min(start + i * step, start + hours)
            right_slope = self.slope(right)
            if left_slope * right_slope < 0:
                hour = self._bisect(left, right)
                yield Turn(hour, self.height(hour), is_high=left_slope > 0)
            left, left_slope = right, right_slope

    def _bisect(self, low: float, high: float) -> float:
        rising = self.slope(low) > 0
        while high - low > 1 / 3600:
            middle = (low + high) / 2
            if (self.slope(middle) > 0) == rising:
                low = middle
            else:
                high = middle
        return (low + high) / 2


if __name__ == "__main__":
    harbour = TideModel(
        mean_level_m=2.8,
        constituents=[
            Constituent("M2", 1.60, 28.984104, 110.0),
            Constituent("S2", 0.55, 30.0, 155.0),
            Constituent("K1", 0.12, 15.041069, 40.0),
            Constituent("O1", 0.10, 13.943036, 300.0),
        ],
    )
    for turn in harbour.turns(start=0.0, hours=24.0):
        print(turn)
