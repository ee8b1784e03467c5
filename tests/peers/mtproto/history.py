"""``messages.getHistory``. Source: https://core.telegram.org/api/offsets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from telethon.tl import types

from tests.peers.mtproto.account import Account, Chat

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def history(account: Account, request: Any) -> Any:
    """A window of the messages, the newest first: from ``offset_id`` (or date) down, moved by ``add_offset``, then cut
    by ``min_id`` and ``max_id``."""
    chat = account.chat_of(request.peer)
    newest_first = sorted(chat.messages.values(), key=lambda one: -one.id)
    begin = sum(not _is_below(one, request) for one in newest_first) + request.add_offset
    window = newest_first[max(begin, 0) : max(begin + request.limit, 0)]
    found = [one for one in window if one.id > request.min_id and (not request.max_id or one.id < request.max_id)]
    return _answer(account, chat, found)


def _is_below(message: Any, request: Any) -> bool:
    if request.offset_id:
        return bool(message.id < request.offset_id)
    # On the wire no date is 1970.
    return request.offset_date == EPOCH or bool(message.date < request.offset_date)


def _answer(account: Account, chat: Chat, found: list[Any]) -> Any:
    users = [account.user, *account.people.values()]
    chats = [chat.entity] if not isinstance(chat.entity, types.User) else []
    if isinstance(chat.entity, types.Channel):
        return types.messages.ChannelMessages(1, len(chat.messages), found, [], chats, users)
    if len(found) < len(chat.messages):
        return types.messages.MessagesSlice(len(chat.messages), found, [], chats, users)
    return types.messages.Messages(found, [], chats, users)
