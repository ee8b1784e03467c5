"""The account's chats, with the ids, types and names that Telegram Desktop's export gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telethon import TelegramClient, utils
from telethon.tl import types

#: Telegram's own accounts that collect replies in comments and codes for logins.
REPLIES, VERIFICATION_CODES = (1_271_266_957, 708_513), (489_000,)

#: How people call the chats that have no name in an export.
CALLED = {"saved_messages": "Saved Messages", "replies": "Replies", "verification_codes": "Verification Codes"}


@dataclass(frozen=True)
class Peer:
    """How Telegram wants a chat to be named: ``kind`` is user, chat or channel."""

    kind: str
    id: int
    access_hash: int = 0

    def to_input(self) -> Any:
        if self.kind == "user":
            return types.InputPeerUser(self.id, self.access_hash)
        if self.kind == "channel":
            return types.InputPeerChannel(self.id, self.access_hash)
        return types.InputPeerChat(self.id)


@dataclass(frozen=True)
class Dialog:
    """A chat that can be pulled. ``last``: when somebody last wrote in it."""

    id: int
    type: str
    name: str | None
    peer: Peer
    last: datetime | None = None

    @property
    def called(self) -> str:
        return self.name or CALLED.get(self.type, "")


async def list_dialogs(client: TelegramClient) -> list[Dialog]:
    """Every chat that this account may read, the newest first."""
    found = [_dialog(one.entity, one.date) async for one in client.iter_dialogs(ignore_migrated=True)]
    return [dialog for dialog in found if dialog is not None]


def _dialog(entity: Any, last: datetime | None) -> Dialog | None:
    if isinstance(entity, types.User):
        kind, peer = _user_type(entity), Peer("user", entity.id, entity.access_hash or 0)
    elif isinstance(entity, types.Channel):
        kind, peer = _channel_type(entity), Peer("channel", entity.id, entity.access_hash or 0)
    elif isinstance(entity, types.Chat):
        kind, peer = "private_group", Peer("chat", entity.id)
    else:
        return None
    name = None if kind in CALLED else utils.get_display_name(entity) or None
    return Dialog(entity.id, kind, name, peer, last)


def _user_type(user: types.User) -> str:
    if user.is_self:
        return "saved_messages"
    if user.id in REPLIES:
        return "replies"
    if user.id in VERIFICATION_CODES:
        return "verification_codes"
    return "bot_chat" if user.bot else "personal_chat"


def _channel_type(channel: types.Channel) -> str:
    access = "public" if channel.username or channel.usernames else "private"
    return f"{access}_{'channel' if channel.broadcast else 'supergroup'}"
