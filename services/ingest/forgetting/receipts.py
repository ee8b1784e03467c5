"""Receipts: numbers by place, signed, naming nobody."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence

import orjson

from services.ingest.keys import Keys
from services.ingest.models import Forgetting
from shared.contracts.base import Removed
from shared.contracts.forgetting import ForgettingReceipt, SubjectKind


def add(keys: Keys, row: Forgetting, removed: Iterable[Removed]) -> None:
    """Add to what a receipt says was removed, and sign it anew."""
    lines = summed([*(Removed.model_validate(line) for line in row.removed), *removed])
    row.removed = [line.model_dump() for line in lines]
    row.signature = keys.sign(_content(row))


def is_unaltered(keys: Keys, row: Forgetting) -> bool:
    return hmac.compare_digest(row.signature or b"", keys.sign(_content(row)))


def show(row: Forgetting, waiting: Sequence[str]) -> ForgettingReceipt:
    return ForgettingReceipt(
        id=row.id,
        kind=SubjectKind(row.kind),
        at=row.at,
        removed=[Removed.model_validate(line) for line in row.removed],
        waiting=list(waiting),
        signature=(row.signature or b"").hex(),
    )


def summed(removed: Iterable[Removed]) -> list[Removed]:
    """One line for each place and kind of thing, in the order of their first mention."""
    counts: dict[tuple[str, str], int] = {}
    for line in removed:
        counts[line.service, line.what] = counts.get((line.service, line.what), 0) + line.count
    return [Removed(service=service, what=what, count=count) for (service, what), count in counts.items()]


def lines(service: str, counts: dict[str, int]) -> list[Removed]:
    return [Removed(service=service, what=what, count=count) for what, count in counts.items()]


def _content(row: Forgetting) -> bytes:
    said = {"id": row.id, "kind": row.kind, "at": row.at.timestamp(), "removed": row.removed}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
