"""Which weights may go to free space. Pure: what is there in, what goes and why the rest stays out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.contracts.trainer import AdapterState

GONE = frozenset({AdapterState.TAINTED, AdapterState.REMOVED})


@dataclass(frozen=True)
class Policy:
    """What stays though nothing needs it.

    Args:
        newest: so many adapters a persona, the newest ones.
        adapters_for: those that are younger; none: however young.
        merged_for: merged checkpoints of those that are younger; they are large, and merging makes them again.
    """

    newest: int
    adapters_for: timedelta
    merged_for: timedelta


@dataclass(frozen=True)
class Weights:
    """An adapter, as far as it decides what may go."""

    name: str
    persona: str
    version: int
    parent: str | None
    state: AdapterState
    made: datetime


@dataclass(frozen=True)
class Decision:
    """Names of the adapters that go and of the merged checkpoints that go, and of every other why it stays."""

    adapters: frozenset[str]
    merged: frozenset[str]
    kept: Mapping[str, str]


def decide(
    known: Sequence[Weights], before: Collection[str], used: Collection[str], policy: Policy, now: datetime
) -> Decision:
    """What goes.

    Args:
        before: the adapters that speak again when what is live is rolled back.
        used: adapters that a run which has not ended works with.
    """
    there = [weights for weights in known if weights.state not in GONE]
    needed = {w.name: why for w in there if (why := _needed(w, before, used))}
    kept = needed | _by_policy([w for w in there if w.name not in needed], policy, now)
    for weights in sorted(there, key=lambda w: w.version, reverse=True):  # a parent is older than what continues it
        if weights.name in kept and weights.parent is not None:
            kept.setdefault(weights.parent, f"continued by {weights.name}")
    return Decision(
        adapters=frozenset(w.name for w in there if w.name not in kept),
        merged=frozenset(w.name for w in there if w.name not in needed and now - w.made >= policy.merged_for),
        kept={w.name: kept[w.name] for w in there if w.name in kept},
    )


def _needed(weights: Weights, before: Collection[str], used: Collection[str]) -> str | None:
    if weights.state in (AdapterState.LIVE, AdapterState.CANDIDATE):
        return weights.state
    if weights.name in before:
        return "speaks again after a roll-back"
    return "a run works with it" if weights.name in used else None


def _by_policy(idle: Sequence[Weights], policy: Policy, now: datetime) -> dict[str, str]:
    of_persona: defaultdict[str, list[Weights]] = defaultdict(list)
    for weights in sorted(idle, key=lambda w: w.version, reverse=True):
        of_persona[weights.persona].append(weights)
    newest = {w.name: f"of the newest {policy.newest}" for found in of_persona.values() for w in found[: policy.newest]}
    young = {w.name: "young" for w in idle if now - w.made < policy.adapters_for}
    return young | newest
