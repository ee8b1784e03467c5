"""What the server knows: one bot, the people it talks with, their messages, and everything that was called."""

from __future__ import annotations

import asyncio
import itertools
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.peers.bot_api.entities import find_entities
from tests.peers.bot_api.errors import ApiError, bad_request

Json = dict[str, Any]

#: Telegram sends these only to bots that name them in ``allowed_updates``.
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass
class Failure:
    """The next ``times`` calls of ``method`` end in ``error``."""

    method: str
    times: int
    error: ApiError


@dataclass
class World:
    """State without any protocol; ``changed`` wakes whoever waits for an update or for a line of the transcript."""

    token: str
    username: str
    users: dict[int, Json] = field(default_factory=dict)
    chats: dict[int, Json] = field(default_factory=dict)
    messages: dict[int, dict[int, Json]] = field(default_factory=dict)
    reactions: dict[tuple[int, int, int], list[Json]] = field(default_factory=dict)
    callbacks: set[str] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    profile: Json = field(default_factory=dict)
    webhook: str = ""
    allowed: frozenset[str] | None = None
    updates: list[Json] = field(default_factory=list)
    polls: int = 0
    transcript: list[Json] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        # Ids go on where the server before this one ended, or its bot would take new updates for old ones.
        beginning = int(time.time() * 10) % 1_000_000_000
        self._message_ids = itertools.count(beginning)
        self._update_ids = itertools.count(beginning)
        self._callback_ids = itertools.count(beginning << 32)

    @property
    def bot(self) -> Json:
        return {
            "id": int(self.token.split(":")[0]),
            "is_bot": True,
            "first_name": "Persona",
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def meet(self, user_id: int, name: str | None = None) -> Json:
        """A person, made up at the first meeting."""
        fresh: Json = {"id": user_id, "is_bot": False, "first_name": name or f"Tester {user_id}", "language_code": "en"}
        return self.users.setdefault(user_id, fresh)

    def chat(self, chat_id: int) -> Json:
        if chat_id not in self.chats:
            raise bad_request("chat not found")
        return self.chats[chat_id]

    def open_chat(self, chat_id: int, user: Json) -> Json:
        """The private chat with a person (positive id) or a group (negative id)."""
        private: Json = {"id": chat_id, "type": "private", "first_name": user["first_name"]}
        group: Json = {"id": chat_id, "type": "supergroup", "title": f"Group {-chat_id}"}
        return self.chats.setdefault(chat_id, private if chat_id > 0 else group)

    def message(self, chat_id: int, message_id: int, otherwise: str) -> Json:
        found = self.messages.get(chat_id, {}).get(message_id)
        if found is None:
            raise bad_request(otherwise)
        return found

    def put_message(self, chat: Json, author: Json, content: Json) -> Json:
        shown: Json = {key: author[key] for key in ("id", "is_bot", "first_name", "username") if key in author}
        message: Json = {"message_id": next(self._message_ids), "date": int(time.time()), "chat": chat, "from": shown}
        message |= {key: value for key, value in content.items() if value}
        self.messages.setdefault(chat["id"], {})[message["message_id"]] = message
        return message

    async def say(self, user: Json, chat_id: int, content: Json) -> Json:
        """A person sends a message; ``content`` holds ``text`` or other fields of a Message."""
        if "text" in content:
            content.setdefault("entities", find_entities(content["text"]))
        message = self.put_message(self.open_chat(chat_id, user), user, content)
        await self.add_update("message", message)
        return message

    async def press(self, user: Json, message: Json, data: str) -> str:
        """A person presses an inline button; the id of the callback query."""
        query_id = str(next(self._callback_ids))
        self.callbacks.add(query_id)
        instance = str(zlib.crc32(f"{message['chat']['id']}".encode()) + (1 << 40))
        query = {"id": query_id, "from": user, "message": message, "chat_instance": instance, "data": data}
        await self.add_update("callback_query", query)
        return query_id

    async def react(self, user: Json, message: Json, emoji: str | None) -> None:
        """A person sets their reaction to a message, or takes it back."""
        chat: Json = message["chat"]
        message_id: int = message["message_id"]
        new: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
        key = (chat["id"], message_id, user["id"])
        change: Json = {"chat": chat, "message_id": message_id, "user": user, "date": int(time.time())}
        change |= {"old_reaction": self.reactions.get(key, []), "new_reaction": new}
        self.reactions[key] = new
        await self.add_update("message_reaction", change)

    async def add_update(self, kind: str, event: Json) -> None:
        """Queue an update, unless the bot did not ask for its kind when it last polled."""
        if kind in self.allowed if self.allowed else kind not in ONLY_WHEN_ASKED:
            async with self.changed:
                self.updates.append({"update_id": next(self._update_ids), kind: event})
                self.changed.notify_all()

    async def record(self, entry: Json) -> None:
        async with self.changed:
            self.transcript.append({"n": len(self.transcript) + 1, "at": time.time(), **entry})
            self.changed.notify_all()

    async def wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether the condition came to hold within so many seconds."""
        async with self.changed:
            try:
                await asyncio.wait_for(self.changed.wait_for(condition), seconds)
            except TimeoutError:
                return condition()
            return True
