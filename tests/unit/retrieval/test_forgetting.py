"""Tombstones are watermarks that name nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.retrieval.forgetting import is_forgotten, subject, subjects_of_request, subjects_of_turn, title
from shared.contracts.retrieval import ForgetRequest, Turn
from shared.errors import Invalid

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def turn(at: datetime) -> Turn:
    return Turn(
        key="k", persona="anselm", conversation="chat-1", person="telegram-7", message="hi", reply="ahoi", at=at
    )


@pytest.mark.parametrize("kind_and_name", [("person", "telegram-7"), ("conversation", "chat-1")])
def test_what_is_older_than_the_tombstone_is_held_down(kind_and_name: tuple[str, str]) -> None:
    buried = {subject(*kind_and_name): NOON}
    before, after = turn(NOON - timedelta(seconds=1)), turn(NOON + timedelta(seconds=1))
    assert is_forgotten(subjects_of_turn(before), before.at, buried)
    assert not is_forgotten(subjects_of_turn(after), after.at, buried)


def test_others_are_not_concerned() -> None:
    assert not is_forgotten(subjects_of_turn(turn(NOON)), NOON, {subject("person", "telegram-8"): NOON})


def test_a_subject_does_not_name_anybody() -> None:
    assert "telegram-7" not in subject("person", "telegram-7")
    assert subject("person", "x") != subject("conversation", "x")


@pytest.mark.parametrize(
    "request_",
    [ForgetRequest(), ForgetRequest(person="a", conversation="b"), ForgetRequest(chat=7, message_ids=["7:1"])],
)
def test_a_request_names_exactly_one_thing(request_: ForgetRequest) -> None:
    with pytest.raises(Invalid, match="exactly one"):
        subjects_of_request(request_)


def test_receipts_have_a_subject() -> None:
    assert title(ForgetRequest(person="telegram-7")) == "telegram-7"
    assert title(ForgetRequest(chat=7)) == "chat 7"
    assert title(ForgetRequest(message_ids=["1:2", "1:3"])) == "2 messages"
