"""Which adapter is live follows from the promotions alone: pure."""

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
