"""A forgotten name goes from everything that is sealed: raw texts of others, titles, evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.cleaning.forgotten_names import FORGOTTEN, ForgottenBook, forgotten_words
from services.ingest.cleaning.names import NameMasker
from services.ingest.forgetting.subjects import Subject
from services.ingest.forgetting.withdrawing import Withdrawal
from services.ingest.repository.forgotten import Forgotten
from services.ingest.repository.people import People
from services.ingest.repository.sealed import Key, SealedColumn, SealedValues, sealed_columns
from shared.contracts.base import Removed
from shared.privacy.masking import clean_text

if TYPE_CHECKING:
    from services.ingest.forgetting.outbox import Order

BATCH = 2_000
#: Who somebody else is, and what is about to be forgotten itself, is not touched.
NOT_TEXTS = ("people", "forgettings", "found_names")


@dataclass(frozen=True)
class Broom:
    """Takes names out of a text.

    Attributes:
        exclusive: the words that only the forgotten person is known by.
        whole: all words of their names, for texts in which they are known to be named.
    """

    exclusive: ForgottenBook
    whole: ForgottenBook
    groups: frozenset[int]

    def clean(self, text: str, chat: int | None, *, named: bool) -> str:
        members = frozenset({FORGOTTEN}) if chat in self.groups else frozenset[str]()
        masker = NameMasker(self.whole if named else self.exclusive, members, handles=False)
        return clean_text(text, lambda _: [masker]).text


async def sweep(session: AsyncSession, withdrawal: Withdrawal, order: Order) -> list[Removed]:
    """Every sealed value in one transaction; killed, it begins anew."""
    assert order.subject is not None
    keys, broom = withdrawal.keys, await _broom(session, withdrawal, order.subject)
    count = 0
    for sealed in sealed_columns():
        if sealed.table.name in NOT_TEXTS:
            continue
        named = await Forgotten(session).naming() if sealed.table.name == "messages" else set()
        async for batch in _batches(session, sealed):
            changes = []
            for key, old in batch:
                text = keys.unseal(old)
                chat = key[1] if len(key) > 1 else None
                clean = _cleaned(sealed, text, lambda part: broom.clean(part, chat, named=key in named))  # noqa: B023
                if clean != text:
                    changes.append((key, old, keys.seal(clean)))
            await SealedValues(session).replace(sealed, changes)
            count += len(changes)
    return [Removed(service="ingest", what="texts with the name", count=count)]


async def _broom(session: AsyncSession, withdrawal: Withdrawal, subject: Subject) -> Broom:
    words = forgotten_words(subject.names, subject.username)
    others = await People(session, withdrawal.keys).all()
    shared = {word for one in others for word in forgotten_words(one.profile.names, one.profile.username)}
    key = withdrawal.keys.forgotten
    return Broom(ForgottenBook.of(key, words - shared), ForgottenBook.of(key, words), frozenset(subject.groups))


async def _batches(session: AsyncSession, sealed: SealedColumn) -> AsyncIterator[list[tuple[Key, bytes]]]:
    last: Key | None = None
    while batch := await SealedValues(session).after(sealed, last, BATCH):
        yield batch
        last = batch[-1][0]


def _cleaned(sealed: SealedColumn, text: str, clean: Callable[[str], str]) -> str:
    if not isinstance(sealed.column.type, models.SealedJson):
        return clean(text)
    return orjson.dumps(_walk(orjson.loads(text), clean)).decode() if clean(text) != text else text


def _walk(value: Any, clean: Callable[[str], str]) -> Any:
    """The strings of a JSON value, without its keys."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _walk(one, clean) for key, one in value.items()}
    return [_walk(one, clean) for one in value] if isinstance(value, list) else value
