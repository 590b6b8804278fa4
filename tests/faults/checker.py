"""History checker: is a journal, per key, an ordered, gap-free, duplicate-free copy?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a journal; `holes` = keys that lost one before another."""

    accepted: int
    effects: int
    lost: int = 0
    repeated: int = 0
    foreign: int = 0
    disorder: int = 0
    holes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the journal is a faithful copy."""
        return not (self.lost or self.repeated or self.foreign or self.disorder)


@dataclass(slots=True)
class _Faults:
    lost: int = 0
    repeated: int = 0
    foreign: int = 0
    disorder: int = 0
    holes: int = 0

    def judge(self, accepted: Sequence[str], got: Sequence[str]) -> None:
        rank = {id: place for place, id in enumerate(accepted)}
        seen: set[str] = set()
        top = -1
        for id in got:
            if id not in rank:
                self.foreign += 1
            elif id in seen:
                self.repeated += 1
            else:
                seen.add(id)
                self.disorder += rank[id] < top
                top = max(top, rank[id])
        self.lost += len(accepted) - len(seen)
        self.holes += top + 1 > len(seen)


def check(accepted: Mapping[str, Sequence[str]], journal: Iterable[tuple[str, str]]) -> Verdict:
    """Judge `journal`, (key, id) as they arrived, by the ids accepted per key, in order."""
    got: dict[str, list[str]] = defaultdict(list)
    for key, id in journal:
        got[key].append(id)
    faults = _Faults()
    for key in accepted.keys() | got.keys():
        faults.judge(accepted.get(key, ()), got.get(key, ()))
    return Verdict(
        accepted=sum(map(len, accepted.values())),
        effects=sum(map(len, got.values())),
        lost=faults.lost,
        repeated=faults.repeated,
        foreign=faults.foreign,
        disorder=faults.disorder,
        holes=faults.holes,
    )
