"""Plan parallel build waves for a set of modules.

A build description lists, for each module, the modules it needs and its build
time. Produce waves of modules that can be built at the same time, compute the
critical path that bounds the total time on unlimited workers, and, if the
description contains a cycle, show one concrete cycle to the user.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Module:
    name: str
    seconds: int
    needs: tuple[str, ...] = ()


class CycleError(ValueError):
    def __init__(self, path: list[str]):
        super().__init__(" -> ".join(path))
        self.path = path


def find_cycle(modules: dict[str, Module], candidates: set[str]) -> list[str]:
    """Follow unmet needs until a name repeats; every candidate has one."""
    trail: list[str] = []
    name = min(candidates)
    while name not in trail:
        trail.append(name)
        name = min(n for n in modules[name].needs if n in candidates)
    return trail[trail.index(name):] + [name]


def plan_waves(modules: dict[str, Module]) -> list[list[str]]:
    for module in modules.values():
        for need in module.needs:
            if need not in modules:
                raise KeyError(f"{module.name} needs unknown module {need}")

    waves: list[list[str]] = []
    remaining = set(modules)
    while remaining:
        ready = sorted(
            name for name in remaining if not remaining.intersection(modules[name].needs)
        )
        if not ready:
            raise CycleError(find_cycle(modules, remaining))
        waves.append(ready)
        remaining.difference_update(ready)
    return waves


def critical_path(modules: dict[str, Module]) -> tuple[int, list[str]]:
    """Return the length of the slowest dependency chain and its modules."""
    finish: dict[str, int] = {}
    slowest_need: dict[str, str | None] = {}
    for wave in plan_waves(modules):
        for name in wave:
            module = modules[name]
            blocker = max(module.needs, key=finish.__getitem__, default=None)
            slowest_need[name] = blocker
            finish[name] = module.seconds + (finish[blocker] if blocker else 0)
    tail: str | None = max(finish, key=finish.__getitem__, default=None)
    total = finish[tail] if tail else 0
    path: list[str] = []
    while tail is not None:
        path.append(tail)
        tail = slowest_need[tail]
    return total, path[::-1]


if __name__ == "__main__":
    listing = [
        Module("core", 30),
        Module("net", 20, ("core",)),
        Module("ui", 45, ("core",)),
        Module("app", 10, ("net", "ui")),
        Module("docs", 15),
    ]
    project = {module.name: module for module in listing}
    for number, wave in enumerate(plan_waves(project), start=1):
        print(f"wave {number}: {', '.join(wave)}")
    print("critical path:", critical_path(project))
