"""Choose seed lots for a germination order.

A seed bank holds lots of one species, each with a gram weight, a germination
rate and an expiry day. An order asks for an expected number of germinating
seeds. Lots that expire soonest must be used first, but lots whose rate is
below the customer's minimum are not acceptable. Return the picking list, with
the last lot split so that no more seed leaves the bank than needed.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Lot:
    code: str
    grams: float
    germination_rate: float
    expires_day: int


@dataclass(frozen=True)
class Pick:
    code: str
    grams: float
    expected_seedlings: float


class NotEnoughSeed(Exception):
    def __init__(self, wanted: float, available: float):
        super().__init__(f"wanted {wanted:.0f} seedlings, can promise {available:.0f}")
        self.shortfall = wanted - available


def plan_picks(
    lots: list[Lot],
    seedlings: int,
    seeds_per_gram: float,
    today: int,
    minimum_rate: float = 0.6,
) -> list[Pick]:
    usable = sorted(
        (lot for lot in lots if lot.expires_day > today and lot.germination_rate >= minimum_rate),
        key=lambda lot: (lot.expires_day, -lot.germination_rate),
    )
    picks: list[Pick] = []
    missing = float(seedlings)
    for lot in usable:
        if missing <= 0:
            break
        per_gram = seeds_per_gram * lot.germination_rate
        # Scales read tenths of a gram, so round the last portion up.
        portion = min(lot.grams, math.ceil(missing / per_gram * 10) / 10)
        picks.append(Pick(lot.code, portion, portion * per_gram))
        missing -= portion * per_gram
    if missing > 1e-9:
        raise NotEnoughSeed(seedlings, seedlings - missing)
    return picks


if __name__ == "__main__":
    bank = [
        Lot("B-07", 12.0, 0.92, expires_day=400),
        Lot("A-11", 5.0, 0.70, expires_day=120),
        Lot("A-02", 9.0, 0.55, expires_day=90),
        Lot("C-01", 3.0, 0.88, expires_day=20),
    ]
    for pick in plan_picks(bank, seedlings=2000, seeds_per_gram=250, today=30):
        print(f"{pick.code}: {pick.grams:.1f} g ({pick.expected_seedlings:.0f} seedlings)")
    try:
        plan_picks(bank, seedlings=9000, seeds_per_gram=250, today=30)
    except NotEnoughSeed as problem:
        print("cannot fill order:", problem)
