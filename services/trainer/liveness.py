"""Which adapter is live, and which must not be: both follow from what was promoted and learned. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, TypeVar

from shared.contracts.trainer import AdapterState


class Promoted(Protocol):
    """A promotion, as far as it decides what is live."""

    @property
    def adapter(self) -> str: ...

    @property
    def rolled_back(self) -> bool: ...


class Learned(Protocol):
    """An adapter, as far as it decides whether it has to be withdrawn."""

    @property
    def name(self) -> str: ...

    @property
    def dataset(self) -> str: ...

    @property
    def preferences(self) -> str | None: ...

    @property
    def parent(self) -> str | None: ...


class Kept(Protocol):
    """An adapter, as far as it decides its state."""

    @property
    def name(self) -> str: ...

    @property
    def tainted(self) -> bool: ...

    @property
    def gone(self) -> bool: ...


class Judged(Protocol):
    """An evaluation, as far as it decides an adapter's state."""

    @property
    def passed(self) -> bool: ...


P = TypeVar("P", bound=Promoted)


def promotions_standing(promotions: Sequence[P], gone: Collection[str]) -> list[P]:
    """The promotions of a persona, newest first, without those that were rolled back and those of an adapter that is
    tainted or removed. The first decides what is live; rolling it back lets the second one's speak."""
    return [p for p in promotions if not p.rolled_back and p.adapter not in gone]


def standing(promotions: Sequence[P], gone: Collection[str]) -> P | None:
    """The promotion that decides what is live, of one persona's, newest first. An adapter that is gone thus gives way
    to the sound one before it, if there is one."""
    return next(iter(promotions_standing(promotions, gone)), None)


def state_of(adapter: Kept, promotions: Sequence[P], gone: Collection[str], evaluated: Judged | None) -> AdapterState:
    """The state of an adapter.

    Args:
        promotions: of its persona, newest first.
        gone: the adapters of its persona that are tainted or removed.
        evaluated: its newest evaluation.
    """
    if adapter.gone:
        return AdapterState.TAINTED if adapter.tainted else AdapterState.REMOVED
    now = standing(promotions, gone)
    if now is not None and now.adapter == adapter.name:
        return AdapterState.LIVE
    if any(p.adapter == adapter.name for p in promotions):
        return AdapterState.RETIRED
    if evaluated is None:
        return AdapterState.TRAINED
    return AdapterState.CANDIDATE if evaluated.passed else AdapterState.EVALUATED


def learned_from(adapters: Sequence[Learned], data: str) -> set[str]:
    """Names of the adapters that learned from a dataset or a preference dataset, themselves or through a parent."""
    found: set[str] = set()
    for _ in adapters:
        found |= {a.name for a in adapters if data in (a.dataset, a.preferences) or a.parent in found}
    return found
