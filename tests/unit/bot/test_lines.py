"""What the bot says of a receipt and of an error, and what a verdict is kept with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.bot import texts
from services.bot.asking import CONTEXT_TURNS, context_of
from shared.contracts.base import Removed
from shared.contracts.retrieval import Turn
from shared.errors import AnselmError, NotFound, Unavailable


def removed(what: str, count: int) -> Removed:
    return Removed(service="retrieval", what=what, count=count)


def test_a_receipt_lists_what_was_removed_where() -> None:
    lines = [removed("turns", 5), removed("facts", 0)]
    assert texts.receipt(lines) == "Done. Removed:\n• 5 turns (retrieval)"
    assert texts.receipt([]) == "Done. There was nothing to remove."
    assert texts.receipt(lines, ["feedback"]).startswith("Under way: feedback will follow by itself")


@pytest.mark.parametrize("error", [NotFound("x9"), Unavailable("x9"), AnselmError("x9")])
def test_trouble_never_repeats_an_errors_own_words(error: AnselmError) -> None:
    assert "x9" not in texts.trouble(error)


def test_telegrams_limits_for_the_profile() -> None:
    assert len(texts.disclosure("A" * 40)) <= 512
    assert len(texts.privacy("A" * 40, timedelta(days=30), timedelta(days=365), timedelta(0))) <= 4096


def test_context_is_the_last_exchanges_in_the_chat_format() -> None:
    turns = [
        Turn(key=str(i), persona="anselm", conversation="c", person="p", message=f"m{i}", reply=f"r{i}",
             at=datetime.now(UTC))
        for i in range(CONTEXT_TURNS + 2)
    ]  # fmt: skip
    context = context_of(turns)
    assert [(message.role, message.content) for message in context[:2]] == [("user", "m2"), ("assistant", "r2")]
    assert len(context) == 2 * CONTEXT_TURNS
