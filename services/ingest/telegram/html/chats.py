"""Which chat it is, and who wrote what in it, as far as names tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.ingest.telegram.html.lists import Listed
from services.ingest.telegram.html.media import Raw
from services.ingest.telegram.items import Account, ExportedChat
from services.ingest.telegram.naming import Directory, chat_of, id_in, peer_of

#: What Telegram Desktop writes for everybody who has no name any more.
DELETED = "Deleted Account"
KINDS = {"private": "personal_chat", "bot": "bot_chat", "group": "private_group", "channel": "private_channel"}
#: Private chats that are not with a person.
OWN = {"Saved messages": "saved_messages", "Replies": "replies", "Verification Codes": "verification_codes"}
PERSONAL = ("personal_chat", "bot_chat")


@dataclass(frozen=True)
class Chats:
    """``alike``: names and kinds that several chats of the export have."""

    directory: Directory
    account: Account | None = None
    alike: Collection[tuple[str, str]] = ()

    def identify(self, title: str, messages: Sequence[Raw], listed: Listed | None) -> ExportedChat:
        """The chat whose first page has this title and these messages.

        A personal chat has the number of the other person, as in Telegram. Where names are alike, the first message
        tells the chats apart.
        """
        if listed and listed.kind == "private" and listed.name in OWN:
            saved = listed.name == "Saved messages" and self.account is not None
            number = self.account.user_id if self.account and saved else chat_of(listed.name)
            return ExportedChat(number, OWN[listed.name])
        name = listed.name if listed else title
        kind = KINDS.get(listed.kind if listed else "") or self._guess(title, messages)
        shown = None if name == DELETED else name
        if name == DELETED or (listed and (listed.name, listed.kind) in self.alike):
            start = messages[0] if messages else {}
            return ExportedChat(chat_of(name, str(start.get("id")), str(start.get("date"))), kind, shown)
        if kind in PERSONAL:
            return ExportedChat(id_in(self.directory.peer(name)), kind, shown)
        return self.directory.chat(name) or ExportedChat(chat_of(name), kind, shown)

    def _guess(self, title: str, messages: Sequence[Raw]) -> str:
        """A chat of its own has no type. Named after a person, with no third one in it, it is a personal chat."""
        names = {message["from"] for message in messages if message.get("from")}
        after_person = title in names or title in self.directory.people
        return "personal_chat" if after_person and len(names | {title}) <= 2 else "private_group"

    def sign(self, chat: ExportedChat, title: str, message: Raw) -> Raw:
        """The message with ``from_id``, and with ``from`` as JSON has it."""
        name = message.get("from")
        if not name:
            return message
        if chat.type == "saved_messages" and self.account:
            return self._saved(message, name)
        return message | {"from": None if name == DELETED else name, "from_id": self._peer(chat, title, name)}

    def _saved(self, message: Raw, name: str) -> Raw:
        """What the owner kept stands under the name of who wrote it; they are the one who sent it here."""
        assert self.account
        owner = f"{self.account.first_name} {self.account.last_name}".strip()
        kept = {} if name == owner else {"forwarded_from": name}
        return message | kept | {"from": owner, "from_id": f"user{self.account.user_id}"}

    def _peer(self, chat: ExportedChat, title: str, name: str) -> str:
        if name == title:
            return f"user{chat.id}" if chat.type in PERSONAL else f"channel{chat.id}"
        return peer_of(name, str(chat.id)) if name == DELETED else self.directory.peer(name)
