"""Chats and messages: written with COPY, counted, cleaned again. Their words are read in ``consented.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import DiskFull
from sqlalchemy import delete, exists, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from shared.errors import StorageFull, Unavailable

COLUMNS = (
    "account_id", "chat_id", "id", "at", "sender_id", "edited_at", "reply_to", "reply_chat", "forwarded", "via_bot",
    "business", "media", "details", "raw", "clean", "cleaned_with", "fingerprint", "import_id",
)  # fmt: skip
TYPES = (
    "int4", "int8", "int8", "timestamptz", "int4", "timestamptz", "int8", "int8", "bool", "bool",
    "bool", "text", "bytea", "bytea", "text", "bytea", "bytea", "text",
)  # fmt: skip
VALUES = attrgetter(*COLUMNS)
#: An edit keeps the import that brought the message first.
UPDATED = [c for c in COLUMNS if c not in ("account_id", "chat_id", "id", "import_id")]


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One row as it is written; field order is ``COLUMNS``."""

    account_id: int
    chat_id: int
    id: int
    at: datetime
    sender_id: int
    edited_at: datetime | None
    reply_to: int | None
    reply_chat: int | None
    forwarded: bool
    via_bot: bool
    business: bool
    media: str | None
    details: bytes | None
    raw: bytes | None
    clean: str | None
    cleaned_with: bytes
    fingerprint: bytes
    import_id: str


class History:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_chats(self, account_id: int, chats: Sequence[tuple[int, str, bytes | None]]) -> None:
        """``chats``: id, type and sealed name; a chat that is known takes the new type and name."""
        if not chats:
            return
        rows = [{"account_id": account_id, "id": i, "type": kind, "name": name} for i, kind, name in chats]
        query = insert(models.Chat).values(rows)
        query = query.on_conflict_do_update(
            index_elements=["account_id", "id"], set_={"type": query.excluded.type, "name": query.excluded.name}
        )
        await self._session.execute(query)

    async def fingerprints(self, account_id: int, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """What is stored of these (chat, message) pairs."""
        query = text(
            "select m.chat_id, m.id, m.fingerprint from ingest.messages m "
            "join unnest(cast(:chats as bigint[]), cast(:ids as bigint[])) as k(chat_id, id) using (chat_id, id) "
            "where m.account_id = :account"
        )
        arguments = {"account": account_id, "chats": [chat for chat, _ in keys], "ids": [number for _, number in keys]}
        rows = await self._session.execute(query, arguments)
        return {(chat, number): fingerprint for chat, number, fingerprint in rows}

    async def write(self, rows: Sequence[StoredMessage]) -> None:
        """COPY into a staging table, then insert or update; keys must be unique among ``rows``."""
        if not rows:
            return
        try:
            await self._copy(rows)
        except DiskFull as error:
            raise StorageFull("The database's disk is full.", hint="Free some space, then try again.") from error
        except OperationalError as error:
            hint = "Check DATABASE_URL and that the database runs."
            raise Unavailable("PostgreSQL does not answer.", hint=hint) from error
        names, updates = ", ".join(COLUMNS), ", ".join(f"{column} = excluded.{column}" for column in UPDATED)
        merge = (
            f"insert into ingest.messages ({names}) select {names} from incoming "  # noqa: S608 - our own column names
            f"on conflict (account_id, chat_id, id) do update set {updates}"
        )
        await self._session.execute(text(merge))

    async def _copy(self, rows: Sequence[StoredMessage]) -> None:
        """COPY goes past SQLAlchemy, on the connection of the same transaction; so do its errors."""
        connection = await self._driver()
        await connection.execute(
            "create temp table if not exists incoming (like ingest.messages) on commit delete rows"
        )
        statement = f"copy incoming ({', '.join(COLUMNS)}) from stdin binary"
        async with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(TYPES)
            for row in rows:
                await copy.write_row(VALUES(row))

    async def stale(self, account_id: int, key: bytes, limit: int) -> Sequence[models.Message]:
        """Messages with text that another cleaner, or another set of names, made the clean text of."""
        query = (
            select(models.Message)
            .where(
                models.Message.account_id == account_id,
                models.Message.cleaned_with != key,
                models.Message.raw.is_not(None),
            )
            .order_by(models.Message.chat_id, models.Message.id)
            .limit(limit)
        )
        return (await self._session.scalars(query)).all()

    async def discard(self, import_id: str) -> None:
        """Remove the messages that an import brought, and the chats that nobody has written in without them."""
        await self._session.execute(delete(models.Message).where(models.Message.import_id == import_id))
        used = exists().where(
            models.Message.account_id == models.Chat.account_id, models.Message.chat_id == models.Chat.id
        )
        granted = exists().where(
            models.Consent.account_id == models.Chat.account_id, models.Consent.chat_id == models.Chat.id
        )
        unused = select(models.Chat.account_id, models.Chat.id).where(~used, ~granted)
        key = tuple_(models.Topic.account_id, models.Topic.chat_id)
        await self._session.execute(delete(models.Topic).where(key.in_(unused)))
        await self._session.execute(delete(models.Chat).where(~used, ~granted))

    async def members(self, account_id: int) -> dict[int, set[int]]:
        """Chat id -> person ids of everyone who writes in it."""
        query = (
            select(models.Message.chat_id, models.Message.sender_id)
            .where(models.Message.account_id == account_id)
            .group_by(models.Message.chat_id, models.Message.sender_id)
        )
        found: dict[int, set[int]] = {}
        for chat, person in await self._session.execute(query):
            found.setdefault(chat, set()).add(person)
        return found

    async def chats(self, account_id: int | None = None) -> Sequence[models.Chat]:
        query = select(models.Chat).order_by(models.Chat.account_id, models.Chat.id)
        if account_id is not None:
            query = query.where(models.Chat.account_id == account_id)
        return (await self._session.scalars(query)).all()

    async def chat_counts(self) -> Mapping[tuple[int, int], int]:
        query = select(models.Message.account_id, models.Message.chat_id, func.count())
        rows = await self._session.execute(query.group_by(models.Message.account_id, models.Message.chat_id))
        return {(account, chat): count for account, chat, count in rows}

    async def _driver(self) -> AsyncConnection[Any]:
        raw = await (await self._session.connection()).get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, AsyncConnection)
        return connection
