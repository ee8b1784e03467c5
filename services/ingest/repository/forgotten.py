"""Taking somebody, or a chat, out of ingest's tables. Nothing here is sealed or unsealed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, delete, or_, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.cleaning.forgotten_names import FORGOTTEN

#: Account and chat.
Place = tuple[int, int]
PRIVATE = ("personal_chat", "bot_chat")


class Forgotten:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def hold_person(self, person_id: int) -> None:
        """Wait for imports that are writing this person's messages, and let none begin until the transaction ends."""
        await self._session.execute(select(models.Person.id).where(models.Person.id == person_id).with_for_update())

    async def hold_chats(self, chats: Collection[Place]) -> None:
        key = tuple_(models.Chat.account_id, models.Chat.id)
        await self._session.execute(select(models.Chat.id).where(key.in_(chats)).with_for_update())

    async def message_ids(self, person_id: int, chats: Sequence[int] | None = None) -> list[str]:
        """``chat:message`` of everything that a person wrote (in these chats, or any)."""
        query = select(models.Message.chat_id, models.Message.id).where(models.Message.sender_id == person_id)
        if chats is not None:
            query = query.where(models.Message.chat_id.in_(chats))
        rows = await self._session.execute(query.order_by(models.Message.chat_id, models.Message.id))
        return [f"{chat}:{number}" for chat, number in rows]

    async def places(self, person_id: int) -> list[Place]:
        """Every chat that a person wrote in."""
        m = models.Message
        query = select(m.account_id, m.chat_id).where(m.sender_id == person_id).distinct()
        return sorted((account, chat) for account, chat in await self._session.execute(query))

    async def private_chats(self, person_id: int, number: int) -> list[Place]:
        """The private chats with a person: those that they wrote in, and those that have their number."""
        chat = models.Chat
        written = tuple_(chat.account_id, chat.id).in_(
            select(models.Message.account_id, models.Message.chat_id).where(models.Message.sender_id == person_id)
        )
        query = select(chat.account_id, chat.id).where(chat.type.in_(PRIVATE), or_(written, chat.id == number))
        return sorted((account, number) for account, number in await self._session.execute(query))

    async def mentions(self, pseudonym: str) -> dict[Place, list[int]]:
        """Replace a pseudonym in the clean texts of others; the messages that named it, by chat."""
        query = text(
            "update ingest.messages m set clean = regexp_replace(m.clean, :exactly, :person, 'g') "
            "where m.clean like :somewhere and m.clean ~ :exactly returning m.account_id, m.chat_id, m.id"
        )
        somewhere = f"%{pseudonym.replace('_', chr(92) + '_')}%"
        arguments = {"exactly": f"{pseudonym}(?![0-9a-f])", "person": FORGOTTEN, "somewhere": somewhere}
        found: dict[Place, list[int]] = {}
        for account, chat, number in await self._session.execute(query, arguments):
            found.setdefault((account, chat), []).append(number)
        return found

    async def naming(self) -> set[tuple[int, int, int]]:
        """The messages in whose clean text somebody forgotten was named: account, chat and number."""
        m = models.Message
        query = select(m.account_id, m.chat_id, m.id).where(m.clean.contains(FORGOTTEN))
        return {(account, chat, number) for account, chat, number in await self._session.execute(query)}

    async def remove_messages(self, person_id: int) -> int:
        """A person's messages, and that others answered them."""
        query = text(
            "with gone as (delete from ingest.messages where sender_id = :person returning account_id, chat_id, id), "
            "unanswered as (update ingest.messages m set reply_to = null from gone g where m.account_id = g.account_id "
            "and coalesce(m.reply_chat, m.chat_id) = g.chat_id and m.reply_to = g.id and m.sender_id <> :person) "
            "select count(*) from gone"
        )
        return int(await self._session.scalar(query, {"person": person_id}) or 0)

    async def remove_chats(self, chats: Collection[Place]) -> dict[str, int]:
        """Whole chats: messages, topics, consents, and that they are known."""
        counts: dict[str, int] = {}
        if not chats:
            return counts
        kinds: list[tuple[str, Any]] = [
            ("messages", models.Message), ("topics", models.Topic), ("consents", models.Consent),
        ]  # fmt: skip
        for what, kind in kinds:
            counts[what] = await self._count(delete(kind).where(tuple_(kind.account_id, kind.chat_id).in_(chats)))
        key = tuple_(models.Chat.account_id, models.Chat.id)
        counts["chats"] = await self._count(delete(models.Chat).where(key.in_(chats)))
        numbers = [chat for _, chat in chats]
        others = update(models.Message).where(models.Message.reply_chat.in_(numbers))
        await self._session.execute(others.values(reply_to=None, reply_chat=None))
        return counts

    async def remove_person(self, person_id: int) -> int:
        """The person, and their consents, of which the number is returned."""
        consents = await self._count(delete(models.Consent).where(models.Consent.person_id == person_id))
        await self._session.execute(delete(models.Person).where(models.Person.id == person_id))
        return consents

    async def datasets_with(self, person_id: int | None, chats: Collection[Place]) -> list[str]:
        """Untainted datasets with a person's words, or with something of these chats; one of both is given."""
        example, dataset = models.DatasetExample, models.Dataset
        wanted = [and_(dataset.account_id == account, example.chat_id == chat) for account, chat in chats]
        if person_id is not None:
            wanted.append(example.people.contains([person_id]))
        query = select(dataset.name).join(example, dataset.name == example.dataset).where(~dataset.tainted)
        return sorted(set(await self._session.scalars(query.where(or_(*wanted)))))

    async def imports(self) -> Sequence[models.Import]:
        """All of them; nobody else changes them until the transaction ends."""
        return (await self._session.scalars(select(models.Import).with_for_update())).all()

    async def datasets(self) -> Sequence[models.Dataset]:
        return (await self._session.scalars(select(models.Dataset).with_for_update())).all()

    async def pseudonyms_in_texts(self) -> dict[str, int]:
        """What looks like a pseudonym in clean texts, and how often it is there."""
        query = text(
            "select found[1], count(*) from ingest.messages m, "
            "regexp_matches(m.clean, 'user_[0-9a-f]{4,}', 'g') as found group by 1"
        )
        return dict((await self._session.execute(query)).all())

    async def _count(self, statement: Any) -> int:
        return len((await self._session.execute(statement.returning(text("1")))).all())
