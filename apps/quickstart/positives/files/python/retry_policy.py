"""Call a flaky function again, but not forever and not too eagerly.

Write a decorator that retries a function when it raises one of the given
exception types. Pauses grow geometrically up to a ceiling and are randomised
("full jitter") so that many clients do not return at the same moment. The
total time spent waiting must never exceed a budget. Clock-dependent pieces
are injected so that the policy can be tested without real sleeping.
"""

import functools
import random
import time
from dataclasses import dataclass
from typing import Callable, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class RetriesExhausted(Exception):
    """Raised when every attempt failed; the last error is the cause."""


@dataclass(frozen=True)
class RetryPolicy:
    attempts: int = 5
    base_s: float = 0.1
    ceiling_s: float = 5.0
    budget_s: float = 30.0

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("at least one attempt is needed")
        if not 0 < self.base_s <= self.ceiling_s:
            raise ValueError("expected 0 < base_s <= ceiling_s")

    def pause_limit(self, failures: int) -> float:
        """Upper bound of the pause after the given number of failures."""
        return min(self.ceiling_s, self.base_s * 2 ** (failures - 1))


def retrying(
    policy: RetryPolicy,
    *retry_on: type[BaseException],
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[float, float], float] = random.uniform,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorate(func: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(func)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            waited = 0.0
            for attempt in range(1, policy.attempts + 1):
                try:
                    return func(*args, **kwargs)
                except retry_on as error:
                    pause = jitter(0.0, policy.pause_limit(attempt))
                    out_of_time = waited + pause > policy.budget_s
                    if attempt == policy.attempts or out_of_time:
                        message = f"{func.__name__} failed {attempt} time(s)"
                        raise RetriesExhausted(message) from error
                sleep(pause)
                waited += pause
            raise AssertionError("unreachable")

        return wrapper

    return decorate


if __name__ == "__main__":
    outcomes = iter([ConnectionError("reset"), TimeoutError("slow"), "payload"])
    pauses: list[float] = []

    @retrying(
        RetryPolicy(attempts=4, base_s=0.5),
        ConnectionError,
        TimeoutError,
        sleep=pauses.append,
        jitter=lambda low, high: high,
    )
    def fetch() -> str:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert fetch() == "payload"
    assert pauses == [0.5, 1.0]
    print("fetched after pauses of", pauses)
