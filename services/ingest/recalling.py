"""Past exchanges that may be recalled, a page at a time, chat by chat and oldest first within a chat or topic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.dataset.examples import Style, reply_text, said_text
from services.ingest.dataset.exchanges import DIALOGUES, Tally, find_exchanges
from services.ingest.dataset.exchanges import Exchange as Found
from services.ingest.dataset.second_line import cleaning_of_joined
from services.ingest.keys import Keys
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.consented import ReadMessage, consented_messages
from services.ingest.repository.consents import Consents
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.history import History
from services.ingest.repository.people import People
from services.ingest.repository.phrases import Phrases
from services.ingest.repository.topics import Topics
from shared.contracts.ingest import Exchange, ExchangePage, Purpose
from shared.errors import Invalid

#: Pages begin anywhere, and all have to find the same exchanges: sessions end at one silence, whatever came before.
GAP = timedelta(hours=6)


@dataclass(frozen=True)
class Cursor:
    """After which message of which chat to go on."""

    account: int
    chat: int
    message: int

    @classmethod
    def parse(cls, text: str | None) -> Cursor | None:
        """
        Raises:
            Invalid: it is no cursor of ours.
        """
        if text is None:
            return None
        try:
            return cls(*(int(part) for part in text.split(".")))
        except (ValueError, TypeError) as error:
            raise Invalid("after is not a cursor.", hint="Send the next of the page before.") from error

    def __str__(self) -> str:
        return f"{self.account}.{self.chat}.{self.message}"


async def read_page(
    session: AsyncSession, keys: Keys, after: str | None, limit: int, chats: Sequence[int] | None
) -> ExchangePage:
    """At most ``limit`` exchanges in which everyone consented to retrieval."""
    pseudonyms = {person.id: person.pseudonym for person in await People(session, keys).all()}
    clean = cleaning_of_joined(await Phrases(session, keys).lists())
    items: list[Exchange] = []
    cursor = Cursor.parse(after)
    held_out: dict[tuple[int, int], set[int]] = {}
    async for where, kind, found in _walk(session, cursor, chats):
        if len(items) == limit:
            return ExchangePage(items=items, next=str(cursor))
        style = Style("", kind != "personal_chat", pseudonyms, clean)
        chat = (where.account, where.chat)
        if chat not in held_out:
            held_out[chat] = await Datasets(session).held_out(*chat)
        items.append(_show(where, found, style, held_out[chat]))
        cursor = where
    return ExchangePage(items=items, next=None)


async def _walk(
    session: AsyncSession, cursor: Cursor | None, wanted: Sequence[int] | None
) -> AsyncIterator[tuple[Cursor, str, Found]]:
    for account, owner in (await Accounts(session).owners()).items():
        allowed = await Consents(session).allowed(account, Purpose.RETRIEVE)
        forums = await Topics(session).forums(account)
        for chat in await History(session).chats(account):
            here = (account, chat.id)
            skipped = cursor is not None and here < (cursor.account, cursor.chat)
            unwanted = wanted is not None and chat.id not in wanted
            if skipped or unwanted or chat.type not in DIALOGUES or owner not in allowed.get(chat.id, ()):
                continue
            after = cursor.message if cursor is not None and here == (cursor.account, cursor.chat) else None
            for found in await _exchanges(session, here, owner, after, forum=chat.id in forums):
                yield Cursor(account, chat.id, found.reply[-1].id), chat.type, found


async def _exchanges(
    session: AsyncSession, where: tuple[int, int], owner: int, after: int | None, *, forum: bool
) -> list[Found]:
    """Those of a chat behind a message, in which something was said to the owner. Topics follow one another, so that a
    forum is read from its beginning."""
    read = consented_messages(session, *where, Purpose.RETRIEVE, after=None if forum else after)
    every = find_exchanges([message async for message in read], owner, GAP, Tally())
    found = [exchange for exchange in every if any(message.text.strip() for message in exchange.said)]
    ends = [exchange.reply[-1].id for exchange in found]
    return found[ends.index(after) + 1 :] if forum and after in ends else found


def _show(where: Cursor, found: Found, style: Style, held_out: Collection[int]) -> Exchange:
    messages: tuple[ReadMessage, ...] = found.messages
    return Exchange(
        id=f"{where.account}-{where.chat}-{found.reply[0].id}",
        chat=where.chat,
        at=found.reply[0].at,
        context=said_text(found, style),
        reply=reply_text(found.reply, style),
        message_ids=[f"{where.chat}:{message.id}" for message in messages],
        people=sorted({style.pseudonyms[message.sender] for message in messages}),
        held_out=any(message.id in held_out for message in messages),
    )
