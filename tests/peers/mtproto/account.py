"""One account and what it sees: people, chats, messages; and how it logs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from telethon.tl import types

from tests.peers.mtproto.password import CloudPassword

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Chat:
    """A chat of the account; ``messages`` by id. Numbers begin at 1, a minute apart."""

    account: Account
    entity: Any
    messages: dict[int, Any] = field(default_factory=dict)
    migrated_from: int | None = None
    last_id: int = 0

    @property
    def peer(self) -> Any:
        kinds = {types.User: types.PeerUser, types.Chat: types.PeerChat, types.Channel: types.PeerChannel}
        return kinds[type(self.entity)](self.entity.id)

    def say(self, text: str, *, by: int | None = None, **more: Any) -> Any:
        """A message of the owner, or of another person; ``more`` are fields of the TL type."""
        number = self._next_id()
        message = types.Message(
            id=number,
            peer_id=self.peer,
            date=more.pop("date", BEGAN + timedelta(minutes=number)),
            message=text,
            out=by is None,
            from_id=self._sender(by),
            **more,
        )
        self.messages[number] = message
        return message

    def happen(self, action: Any, *, by: int | None = None) -> Any:
        """A service message."""
        number = self._next_id()
        self.messages[number] = types.MessageService(
            id=number,
            peer_id=self.peer,
            date=BEGAN + timedelta(minutes=number),
            action=action,
            from_id=self._sender(by),
        )
        return self.messages[number]

    def edit(self, number: int, text: str) -> None:
        self.messages[number].message = text
        self.messages[number].edit_date = BEGAN + timedelta(days=30)

    def delete(self, *numbers: int) -> None:
        for number in numbers:
            del self.messages[number]

    def _next_id(self) -> int:
        """Numbers of deleted messages do not come back."""
        self.last_id += 1
        return self.last_id

    def _sender(self, by: int | None) -> Any:
        """Telegram leaves it out in private chats, where it follows from the direction."""
        if isinstance(self.entity, types.User):
            return None
        return types.PeerUser(self.account.user.id if by is None else by)


@dataclass
class Account:
    """
    Attributes:
        code: what Telegram sent to the owner's other device.
        password: of two-step verification, if it is on.
        entered: ids of the authorization keys that are logged in.
        scanned: a phone of the owner's has scanned the QR code.
        elsewhere: the account lives in another data centre than the one that was asked first.
    """

    user: Any = field(
        default_factory=lambda: types.User(
            id=1, is_self=True, access_hash=11, first_name="Ada", last_name="Byron", username="adabyron", phone="4911"
        )
    )
    phone: str = "4915112345"
    code: str = "24680"
    password: CloudPassword | None = None
    people: dict[int, Any] = field(default_factory=dict)
    contacts: list[int] = field(default_factory=list)
    chats: list[Chat] = field(default_factory=list)
    entered: set[int] = field(default_factory=set)
    scanned: bool = False
    elsewhere: bool = False

    def person(self, number: int, first_name: str, last_name: str = "", **more: Any) -> Any:
        self.people[number] = types.User(
            id=number, access_hash=number * 11, first_name=first_name, last_name=last_name, **more
        )
        return self.people[number]

    def private_chat(self, number: int, first_name: str, last_name: str = "", **more: Any) -> Chat:
        return self._add(Chat(self, self.person(number, first_name, last_name, **more)))

    def saved_messages(self) -> Chat:
        return self._add(Chat(self, self.user))

    def group(self, number: int, title: str) -> Chat:
        photo = types.ChatPhotoEmpty()
        return self._add(Chat(self, types.Chat(number, title, photo, participants_count=2, date=BEGAN, version=1)))

    def supergroup(self, number: int, title: str, *, migrated_from: int | None = None, **more: Any) -> Chat:
        entity = types.Channel(
            number, title, types.ChatPhotoEmpty(), BEGAN, megagroup=True, access_hash=number * 7, **more
        )
        return self._add(Chat(self, entity, migrated_from=migrated_from))

    def chat_of(self, peer: Any) -> Chat:
        """The chat that an ``InputPeer`` names. Users and channels are named with their hash."""
        number = next(getattr(peer, name) for name in ("user_id", "channel_id", "chat_id") if hasattr(peer, name))
        found = next(chat for chat in self.chats if chat.entity.id == number)
        assert getattr(peer, "access_hash", None) == getattr(found.entity, "access_hash", None)
        return found

    def revoke(self) -> None:
        """As from the list of devices in another app."""
        self.entered.clear()

    def _add(self, chat: Chat) -> Chat:
        self.chats.append(chat)
        return chat
