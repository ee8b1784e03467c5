"""Chats and messages: written with COPY, counted, cleaned again. Their words are read in ``consented.py``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from psycopg import OperationalError
from psycopg.errors import DiskFull
from sqlalchemy import delete, exists, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.repository.copying import HEADER, TRAILER, StoredMessage, driver
from shared.errors import StorageFull, Unavailable

#: An edit keeps the import that brought the message first.
UPDATED = [c for c in StoredMessage._fields if c not in ("account_id", "chat_id", "id", "import_id")]


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

    async def fingerprints(self, account_id: int, keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """What is stored of these (chat, message) pairs, and of whatever lies between them in the same chats."""
        ranges: dict[int, tuple[int, int]] = {}
        for chat, number in keys:
            low, high = ranges.get(chat, (number, number))
            ranges[chat] = min(low, number), max(high, number)
        found: dict[tuple[int, int], bytes] = {}
        for chat, (low, high) in ranges.items():
            query = select(models.Message.id, models.Message.fingerprint).where(
                models.Message.account_id == account_id,
                models.Message.chat_id == chat,
                models.Message.id.between(low, high),
            )
            found |= {(chat, number): fingerprint for number, fingerprint in await self._session.execute(query)}
        return found

    async def texts(self, account_id: int, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes | None]:
        """The sealed texts of these (chat, message) pairs; without those whose raw text is no longer kept."""
        message = models.Message
        query = select(message.chat_id, message.id, message.raw).where(
            message.account_id == account_id,
            tuple_(message.chat_id, message.id).in_(keys),
            or_(message.raw.is_not(None), message.clean.is_(None)),
        )
        return {(chat, number): raw for chat, number, raw in await self._session.execute(query)}

    async def write(self, rows: bytes) -> None:
        """COPY into a staging table, then insert or update.

        Args:
            rows: what ``packed`` gave; no message may stand in it twice.
        """
        if not rows:
            return
        try:
            await self._copy(rows)
        except DiskFull as error:
            raise StorageFull("The database's disk is full.", hint="Free some space, then try again.") from error
        except OperationalError as error:
            hint = "Check DATABASE_URL and that the database runs."
            raise Unavailable("PostgreSQL does not answer.", hint=hint) from error
        names = ", ".join(StoredMessage._fields)
        updates = ", ".join(f"{column} = excluded.{column}" for column in UPDATED)
        merge = (
            f"insert into ingest.messages ({names}) select {names} from incoming "  # noqa: S608 - our own column names
            f"on conflict (account_id, chat_id, id) do update set {updates}"
        )
        await self._session.execute(text(merge))

    async def _copy(self, rows: bytes) -> None:
        """COPY goes past SQLAlchemy, on the connection of the same transaction; so do its errors."""
        connection = await driver(self._session)
        await connection.execute(
            "create temp table if not exists incoming (like ingest.messages) on commit delete rows"
        )
        statement = f"copy incoming ({', '.join(StoredMessage._fields)}) from stdin binary"
        async with connection.cursor() as cursor, cursor.copy(statement) as copy:
            await copy.write(HEADER + rows + TRAILER)

    async def stale(self, account_id: int, key: bytes, limit: int) -> Sequence[tuple[int, int, bytes, bytes | None]]:
        """Chat, number, sealed text and details of messages whose clean text another cleaner, or other names, made."""
        query = (
            select(models.Message.chat_id, models.Message.id, models.Message.raw, models.Message.details)
            .where(
                models.Message.account_id == account_id,
                models.Message.cleaned_with != key,
                models.Message.raw.is_not(None),
            )
            .order_by(models.Message.chat_id, models.Message.id)
            .limit(limit)
        )
        rows = await self._session.execute(query)
        return [(chat, number, raw, details) for chat, number, raw, details in rows if raw is not None]

    async def set_clean(
        self, account_id: int, messages: Sequence[tuple[int, int]], texts: Sequence[str], key: bytes
    ) -> None:
        """Replace the clean texts of (chat, message) pairs."""
        if not messages:
            return
        query = text(
            "update ingest.messages m set clean = k.clean, cleaned_with = :key from unnest("
            "cast(:chats as bigint[]), cast(:ids as bigint[]), cast(:texts as text[])) as k(chat_id, id, clean) "
            "where m.account_id = :account and m.chat_id = k.chat_id and m.id = k.id"
        )
        chats, ids = [chat for chat, _ in messages], [number for _, number in messages]
        arguments = {"account": account_id, "chats": chats, "ids": ids, "texts": list(texts), "key": key}
        await self._session.execute(query, arguments)

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

    async def set_relation(self, chat: int, relation: str | None) -> bool:
        """Whether there is such a chat, in any account."""
        query = update(models.Chat).where(models.Chat.id == chat).values(relation=relation)
        return bool(list(await self._session.scalars(query.returning(models.Chat.id))))

    async def chat_counts(self) -> Mapping[tuple[int, int], int]:
        query = select(models.Message.account_id, models.Message.chat_id, func.count())
        rows = await self._session.execute(query.group_by(models.Message.account_id, models.Message.chat_id))
        return {(account, chat): count for account, chat, count in rows}
