"""Simulate heat spreading along a thin metal rod.

Both ends of a rod are held at fixed temperatures while the inside starts
cold. Advance the one-dimensional heat equation with the implicit (backward
Euler) scheme, which stays stable for any time step, and report when the
midpoint first comes within one degree of its final value. Every step is a
tridiagonal linear system, solved in linear time by forward elimination.
"""


def solve_tridiagonal(
    lower: list[float], diag: list[float], upper: list[float], rhs: list[float]
) -> list[float]:
    """Solve A x = rhs; lower[0] and upper[-1] are ignored."""
    size = len(diag)
    scaled_upper = [0.0] * size
    scaled_rhs = [0.0] * size
    for i in range(size):
        carried = lower[i] if i else 0.0
        previous_upper = scaled_upper[i - 1] if i else 0.0
        previous_rhs = scaled_rhs[i - 1] if i else 0.0
        pivot = diag[i] - carried * previous_upper
        scaled_upper[i] = upper[i] / pivot
        scaled_rhs[i] = (rhs[i] - carried * previous_rhs) / pivot

    solution = scaled_rhs[:]
    for i in range(size - 2, -1, -1):
        solution[i] -= scaled_upper[i] * solution[i + 1]
    return solution


def implicit_step(inner: list[float], left: float, right: float, number: float) -> list[float]:
    """Advance the inner nodes; `number` is diffusivity * dt / dx**2."""
    size = len(inner)
    rhs = inner[:]
    rhs[0] += number * left
    rhs[-1] += number * right
    off = [-number] * size
    return solve_tridiagonal(off, [1 + 2 * number] * size, off, rhs)


def time_to_settle(
    length_m: float,
    diffusivity: float,
    left: float,
    right: float,
    start: float,
    nodes: int = 49,
    dt_s: float = 1.0,
    tolerance: float = 1.0,
    limit_s: float = 1e6,
) -> float:
    """Seconds until the midpoint is within `tolerance` of its steady value."""
    if nodes < 3 or nodes % 2 == 0:
        raise ValueError("use an odd number of at least three inner nodes")
    dx = length_m / (nodes + 1)
    number = diffusivity * dt_s / dx**2
    inner = [start] * nodes
    middle, steady = nodes // 2, (left + right) / 2
    elapsed = 0.0
    while abs(inner[middle] - steady) > tolerance:
        if elapsed >= limit_s:
            raise RuntimeError("the rod did not settle within the time limit")
        inner = implicit_step(inner, left, right, number)
        elapsed += dt_s
    return elapsed


if __name__ == "__main__":
    for metal, diffusivity in [("copper", 1.11e-4), ("steel", 1.2e-5)]:
        seconds = time_to_settle(0.3, diffusivity, left=100.0, right=40.0, start=20.0)
        print(f"{metal}: settled after {seconds / 60:.1f} minutes")
