from __future__ import annotations

from typing import Any

import pytest

from services.ingest.telegram.owner import Evidence, find_owner
from services.ingest.telegram.reader import ExportedChat
from shared.errors import Invalid


def evidence(**changes: Any) -> Evidence:
    facts: dict[str, Any] = {
        "named": None,
        "account": None,
        "known": (),
        "chats": {9: ExportedChat(9, "private_group", "Group")},
        "senders": {"user1": ["Ada"], "user2": ["Boris"]},
        "by_chat": {9: ["user1", "user2"]},
    }
    return Evidence(**(facts | changes))


def test_who_is_named_comes_first() -> None:
    assert find_owner(evidence(named="Boris", account="user1"), "f") == "user2"
    assert find_owner(evidence(named="user2"), "f") == "user2"
    with pytest.raises(Invalid, match="nobody"):
        find_owner(evidence(named="Cleo"), "f")
    with pytest.raises(Invalid, match="2 people"):
        find_owner(evidence(named="Ada", senders={"user1": ["Ada"], "user2": ["Ada"]}), "f")


def test_the_account_then_who_is_known_here() -> None:
    assert find_owner(evidence(account="user1", known={"user2"}), "f") == "user1"
    assert find_owner(evidence(known={"user2", "user77"}), "f") == "user2"


def test_saved_messages_are_the_owners() -> None:
    chats = {9: ExportedChat(9, "private_group"), 1: ExportedChat(1, "saved_messages")}
    assert find_owner(evidence(chats=chats, by_chat={9: ["user1", "user2"], 1: ["user1"]}), "f") == "user1"


@pytest.mark.parametrize("chat", [ExportedChat(2, "personal_chat", None), ExportedChat(5, "personal_chat", "Boris")])
def test_in_a_personal_chat_the_owner_is_who_is_not_the_contact(chat: ExportedChat) -> None:
    assert find_owner(evidence(chats={chat.id: chat}, by_chat={chat.id: ["user1", "user2"]}), "f") == "user1"


def test_no_message_of_the_owner_is_an_error() -> None:
    with pytest.raises(Invalid, match="no message of the owner"):
        find_owner(evidence(account="user3"), "f")
    alone = {2: ExportedChat(2, "personal_chat", "Boris")}
    with pytest.raises(Invalid, match="no message of the owner"):
        find_owner(evidence(chats=alone, by_chat={2: ["user2"]}, senders={"user2": ["Boris"]}), "f")
    with pytest.raises(Invalid, match="does not say whose"):
        find_owner(evidence(), "f")
