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


P = TypeVar("P", bound=Promoted)


def standing(promotions: Sequence[P], tainted: Collection[str]) -> P | None:
    """The promotion that decides what is live, of one persona's, newest first: the newest that was not rolled back
    and whose adapter is not tainted. A tainted adapter thus gives way to the clean one before it, if there is one."""
    return next((p for p in promotions if not p.rolled_back and p.adapter not in tainted), None)


def state_of(adapter: str, promotions: Sequence[P], tainted: Collection[str]) -> AdapterState:
    """The state of an adapter among the promotions of its persona, newest first."""
    if adapter in tainted:
        return AdapterState.TAINTED
    now = standing(promotions, tainted)
    if now is not None and now.adapter == adapter:
        return AdapterState.LIVE
    return AdapterState.RETIRED if any(p.adapter == adapter for p in promotions) else AdapterState.CANDIDATE


def learned_from(adapters: Sequence[Learned], data: str) -> set[str]:
    """Names of the adapters that learned from a dataset or a preference dataset, themselves or through a parent."""
    found: set[str] = set()
    for _ in adapters:
        found |= {a.name for a in adapters if data in (a.dataset, a.preferences) or a.parent in found}
    return found
