"""A message of Telegram's network, in the shape in which Telegram Desktop exports it.

So there is one validator and one pipeline, and a message of an export that comes again with a pull is the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from telethon import utils
from telethon.tl import types

from services.ingest.pulling.actions import action_of
from services.ingest.pulling.media import media_of

#: Entities that are evidence of something private, and what Telegram Desktop calls them.
MARKS = {
    types.MessageEntityPhone: "phone",
    types.MessageEntityEmail: "email",
    types.MessageEntityBankCard: "bank_card",
    types.MessageEntityTextUrl: "text_link",
}
PREFIXES = {types.PeerUser: "user", types.PeerChat: "chat", types.PeerChannel: "channel"}


@dataclass
class Names:
    """Who is who in the answers so far. ``me``: the account's id."""

    me: int
    entities: dict[int, Any] = field(default_factory=dict)

    def of(self, peer: Any) -> str | None:
        """The display name, if it is known and not empty."""
        entity = self.entities.get(utils.get_peer_id(peer))
        return utils.get_display_name(entity) or None if entity is not None else None

    def username(self, user_id: int) -> str:
        return getattr(self.entities.get(user_id), "username", None) or ""


def convert(message: Any, names: Names, shift: int = 0) -> dict[str, Any] | None:
    """One element of an export's ``messages``; nothing where the message was deleted.

    Args:
        shift: added to the ids, for the group that a supergroup was made from.
    """
    if isinstance(message, types.MessageEmpty):
        return None
    if isinstance(message, types.MessageService):
        return _header(message, shift, "service") | action_of(message.action)
    if isinstance(message.media, types.MessageMediaUnsupported):
        return {"id": message.id + shift, "type": "unsupported"}
    sender = _sender(message, names)
    return {
        **_header(message, shift, "message"),
        "from": names.of(sender),
        "from_id": peer_name(sender),
        **dict(_about(message, names)),
        **_reply(message, shift),
        **media_of(message.media),
        **_text(message),
        **_reactions(message.reactions),
    }


def peer_name(peer: Any) -> str:
    """``user123``, as exports name a peer."""
    return f"{PREFIXES[type(peer)]}{utils.get_peer_id(peer, add_mark=False)}"


def _header(message: Any, shift: int, kind: str) -> dict[str, Any]:
    return {"id": message.id + shift, "type": kind, "date_unixtime": str(int(message.date.timestamp()))}


def _sender(message: types.Message, names: Names) -> Any:
    """Who wrote it. In private chats Telegram leaves out what follows from the direction."""
    if message.from_id is not None:
        return message.from_id
    return types.PeerUser(names.me) if message.out and not message.post else message.peer_id


def _about(message: types.Message, names: Names) -> Iterator[tuple[str, Any]]:
    if message.edit_date:
        yield "edited_unixtime", str(int(message.edit_date.timestamp()))
    if message.post_author:
        yield "author", message.post_author
    if (forward := message.fwd_from) is not None:
        yield "forwarded_from", names.of(forward.from_id) if forward.from_id else forward.from_name
        if forward.saved_from_peer:
            yield "saved_from", names.of(forward.saved_from_peer)
    if message.via_bot_id:
        yield "via_bot", f"@{names.username(message.via_bot_id)}"
    if message.via_business_bot_id:
        yield "via_business_bot", f"@{names.username(message.via_business_bot_id)}"


def _reply(message: types.Message, shift: int) -> dict[str, Any]:
    """The message that is answered; the chat only where it is another one. A story is no message."""
    header = message.reply_to
    if not isinstance(header, types.MessageReplyHeader) or not header.reply_to_msg_id:
        return {}
    elsewhere = header.reply_to_peer_id
    if elsewhere is None or elsewhere == message.peer_id:
        return {"reply_to_message_id": header.reply_to_msg_id + shift}
    return {"reply_to_message_id": header.reply_to_msg_id, "reply_to_peer_id": peer_name(elsewhere)}


def _text(message: types.Message) -> dict[str, Any]:
    """Of the entities only the names that people are mentioned by, and what is evidence of something private."""
    named = [
        {"type": "mention_name", "text": inner, "user_id": entity.user_id}
        for entity, inner in entity_texts(message)
        if isinstance(entity, types.MessageEntityMentionName)
    ]
    return {"text": _marked(message) or message.message or "", "text_entities": named}


def _marked(message: types.Message) -> list[Any]:
    """The text in parts, as Telegram Desktop writes one in which something is marked; nothing where nothing is."""
    marked: list[Any] = [entity for entity in message.entities or () if type(entity) in MARKS]
    if not marked:
        return []
    units, position, parts = (message.message or "").encode("utf-16-le"), 0, list[Any]()
    for entity in sorted(marked, key=lambda one: one.offset):
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        if start < position:
            continue
        href = {"href": entity.url} if isinstance(entity, types.MessageEntityTextUrl) else {}
        part = {"type": MARKS[type(entity)], "text": _decoded(units[start:end]), **href}
        parts += [_decoded(units[position:start]), part] if start > position else [part]
        position = end
    return [*parts, _decoded(units[position:])] if position < len(units) else parts


def _decoded(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")


def entity_texts(message: types.Message) -> list[tuple[Any, str]]:
    """Entities with their text. Telegram counts in UTF-16 units, Python in characters."""
    units = (message.message or "").encode("utf-16-le")
    return [
        (entity, _decoded(units[2 * entity.offset : 2 * (entity.offset + entity.length)]))
        for entity in message.entities or ()
    ]


def _reactions(reactions: Any) -> dict[str, Any]:
    counts = [one for one in (reactions.results if reactions else ()) if one.count]
    return {"reactions": [_reaction(one) for one in counts]} if counts else {}


def _reaction(one: types.ReactionCount) -> dict[str, Any]:
    match one.reaction:
        case types.ReactionEmoji(emoticon=emoji):
            return {"type": "emoji", "count": one.count, "emoji": emoji}
        case types.ReactionCustomEmoji(document_id=number):
            return {"type": "custom_emoji", "count": one.count, "document_id": str(number)}
        case _:
            return {"type": "paid", "count": one.count}
