"""Which chats a request means."""

from __future__ import annotations

import pytest

from services.ingest.pulling.choosing import choose
from services.ingest.pulling.dialogs import Dialog, Peer
from shared.contracts.telegram import PullRequest
from shared.errors import Invalid, NotFound


def dialog(number: int, name: str | None, kind: str = "personal_chat") -> Dialog:
    return Dialog(number, kind, name, Peer("user", number))


DIALOGS = [
    dialog(1, None, "saved_messages"),
    dialog(2, "Anna"),
    dialog(3, "anna"),
    dialog(4, "Annabel"),
    dialog(5, "Boris"),
    dialog(6, "Boats", "private_supergroup"),
    dialog(7, "Boats", "public_channel"),
    dialog(8, "8000", "bot_chat"),
    dialog(9, None),
]


def chosen(**request: object) -> list[int]:
    return [one.id for one in choose(DIALOGS, PullRequest.model_validate(request), {3, 6})]


@pytest.mark.parametrize(
    ("request_", "ids"),
    [
        ({"dms": True}, [2, 3, 4, 5, 9]),
        ({"chats": ["anna"]}, [3]),
        ({"chats": ["Anna"]}, [2]),
        ({"chats": ["BORIS", "annab"]}, [4, 5]),
        ({"chats": ["saved messages"]}, [1]),
        ({"chats": ["9"]}, [9]),
        ({"chats": ["8"]}, [8]),
        ({"groups": ["Boats"]}, [6]),
        ({"again": True}, [3, 6]),
        ({"again": True, "chats": ["anna", "Boris"]}, [3, 5, 6]),
    ],
)
def test_by_kind_name_beginning_and_id(request_: dict[str, object], ids: list[int]) -> None:
    assert chosen(**request_) == ids


@pytest.mark.parametrize("name", ["ANNA", "ann", "Boats"])
def test_a_name_of_several_lists_them(name: str) -> None:
    with pytest.raises(Invalid, match="fits") as error:
        chosen(chats=[name])
    assert "(personal_chat, 2)" in str(error.value) or "(public_channel, 7)" in str(error.value)


def test_what_is_not_there_is_not_found() -> None:
    for name in ("Zoe", ""):
        with pytest.raises(NotFound):
            chosen(chats=[name])
    with pytest.raises(NotFound):
        chosen(groups=["Boris"])
    with pytest.raises(Invalid, match="No chat was chosen"):
        chosen()
