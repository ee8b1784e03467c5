"""An account's history, as Telegram Desktop would have exported it: written as it is read, whatever its size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest import models
from services.ingest.keys import Keys
from services.ingest.repository.accounts import Accounts
from services.ingest.repository.history import History
from services.ingest.repository.outgoing import stored_messages
from services.ingest.repository.people import KnownPerson, People
from services.ingest.repository.topics import Topics
from services.ingest.telegram.naming import id_in
from services.ingest.telegram.shape import full_name, write_account, write_contacts, write_message, write_topic
from shared.database import Database
from shared.errors import Conflict, NotFound

CHUNK = 1 << 16
ABOUT = "Written by Anselm AI, in the shape of Telegram Desktop. It holds private messages as they were written."
CONTACTS = "Everybody who is known here, once for each of their names."
USER = "user"


@dataclass(frozen=True)
class Outgoing:
    """What is needed to write an account's chats.

    Attributes:
        peers: by row id of people.
        names: what is shown of people, by peer.
        types: of chats, by id.
    """

    account: int
    owner: KnownPerson
    peers: Mapping[int, str]
    names: Mapping[str, str | None]
    types: Mapping[int, str]


async def choose_account(session: AsyncSession, keys: Keys, owner: str | None) -> int:
    """The account of that owner, or the only one there is.

    Raises:
        NotFound: there is no history, nobody is called so, or it is not an owner.
        Conflict: there are several accounts.
    """
    people, owners = People(session, keys), await Accounts(session).owners()
    if not owners:
        raise NotFound("There is no history to export.", hint="Import an export first: anselm import result.json")
    if owner is not None:
        wanted = (await people.resolve(owner)).id
        found = [account for account, person in owners.items() if person == wanted]
        if not found:
            raise NotFound("That is a contact, not an owner.", hint="An export is of an owner's account.")
        return found[0]
    if len(owners) > 1:
        names = ", ".join(sorted(one.pseudonym for one in await people.all() if one.id in owners.values()))
        raise Conflict("There are several accounts.", hint=f"Say whose: {names}.")
    return next(iter(owners))


async def stream_export(database: Database, keys: Keys, account: int) -> AsyncIterator[bytes]:
    """The JSON in pieces of some 64 KiB. All of it is from one moment."""
    async with database.transaction() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        piece = bytearray()
        async for part in _document(session, keys, account):
            piece += part
            if len(piece) >= CHUNK:
                yield bytes(piece)
                piece.clear()
    yield bytes(piece)


async def _document(session: AsyncSession, keys: Keys, account: int) -> AsyncIterator[bytes]:
    chats = await History(session).chats(account)
    people = sorted(await People(session, keys).all(), key=lambda one: one.peer)
    owner_id = (await Accounts(session).owners())[account]
    owner = next(one for one in people if one.id == owner_id)
    outgoing = Outgoing(
        account,
        owner,
        {one.id: one.peer for one in people},
        {one.peer: full_name(one.profile) for one in people},
        {chat.id: chat.type for chat in chats},
    )
    yield b'{"about":' + orjson.dumps(ABOUT)
    if owner.peer.startswith(USER):
        yield b',\n"personal_information":' + orjson.dumps(write_account(id_in(owner.peer), owner.profile))
    yield b',\n"contacts":{"about":' + orjson.dumps(CONTACTS) + b',"list":[\n'
    yield _joined(entry for one in people for entry in _contact(one, owner))
    yield b'\n]},\n"chats":{"about":"","list":['
    for position, chat in enumerate(chats):
        yield b"," if position else b""
        async for part in _chat(session, keys, outgoing, chat):
            yield part
    yield b"\n]}}\n"


def _contact(person: KnownPerson, owner: KnownPerson) -> Iterable[dict[str, Any]]:
    if person.peer.startswith(USER):
        yield from write_contacts(id_in(person.peer), person.profile, owner=person == owner)


async def _chat(session: AsyncSession, keys: Keys, outgoing: Outgoing, chat: models.Chat) -> AsyncIterator[bytes]:
    """Messages and the openings of topics, by their numbers."""
    name = {"name": keys.unseal(chat.name)} if chat.name else {}
    head = orjson.dumps({**name, "type": chat.type, "id": chat.id})
    topics = [(n, keys.unseal(title)) for n, title in await Topics(session).of(outgoing.account, chat.id)]
    yield b"\n" + head[:-1] + b',"messages":[\n'
    comma = b""
    async for message in stored_messages(session, keys, outgoing.peers, outgoing.account, chat.id):
        while topics and topics[0][0] < message.id:
            yield comma + orjson.dumps(write_topic(*topics.pop(0)))
            comma = b",\n"
        reply_type = outgoing.types.get(message.reply_chat or 0, "")
        yield comma + orjson.dumps(write_message(message, outgoing.names[message.sender], reply_type))
        comma = b",\n"
    rest = _joined(write_topic(*topic) for topic in topics)
    yield (comma + rest if rest else b"") + b"\n]}"


def _joined(values: Iterable[dict[str, Any]]) -> bytes:
    return b",\n".join(orjson.dumps(value) for value in values)
