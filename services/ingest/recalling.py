"""Past exchanges that may be recalled, a page at a time, chat by chat and oldest first within a chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.dataset.examples import Style, join_bubbles, said_text
from services.ingest.dataset.exchanges import DIALOGUES, Tally, find_exchanges
from services.ingest.dataset.exchanges import Exchange as Found
from services.ingest.keys import Keys
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.consented import ReadMessage, consented_messages
from services.ingest.repository.consents import Consents
from services.ingest.repository.history import History
from services.ingest.repository.people import People
from shared.contracts.ingest import DatasetRequest, Exchange, ExchangePage, Purpose
from shared.errors import Invalid

GAP = timedelta(seconds=DatasetRequest.model_fields["session_gap_s"].default)


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
    items: list[Exchange] = []
    cursor = Cursor.parse(after)
    async for where, kind, found in _walk(session, cursor, chats):
        if len(items) == limit:
            return ExchangePage(items=items, next=str(cursor))
        items.append(_show(where, kind, found, pseudonyms))
        cursor = where
    return ExchangePage(items=items, next=None)


async def _walk(
    session: AsyncSession, cursor: Cursor | None, wanted: Sequence[int] | None
) -> AsyncIterator[tuple[Cursor, str, Found]]:
    for account, owner in (await Accounts(session).owners()).items():
        allowed = await Consents(session).allowed(account, Purpose.RETRIEVE)
        for chat in await History(session).chats(account):
            here = (account, chat.id)
            skipped = cursor is not None and here < (cursor.account, cursor.chat)
            unwanted = wanted is not None and chat.id not in wanted
            if skipped or unwanted or chat.type not in DIALOGUES or owner not in allowed.get(chat.id, ()):
                continue
            after = cursor.message if cursor is not None and here == (cursor.account, cursor.chat) else None
            read = consented_messages(session, account, chat.id, Purpose.RETRIEVE, after=after)
            messages = [message async for message in read]
            for found in find_exchanges(messages, owner, GAP, Tally()):
                yield Cursor(account, chat.id, found.reply[-1].id), chat.type, found


def _show(where: Cursor, kind: str, found: Found, pseudonyms: Mapping[int, str]) -> Exchange:
    style = Style("", 0, kind != "personal_chat", pseudonyms)
    messages: tuple[ReadMessage, ...] = found.messages
    return Exchange(
        id=f"{where.account}-{where.chat}-{found.reply[0].id}",
        chat=where.chat,
        at=found.reply[0].at,
        context=said_text(found.said, style),
        reply=join_bubbles(found.reply),
        message_ids=[f"{where.chat}:{message.id}" for message in messages],
        people=sorted({pseudonyms[message.sender] for message in messages}),
    )
