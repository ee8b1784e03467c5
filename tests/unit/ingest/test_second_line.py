from __future__ import annotations

import pytest

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.names import Known
from services.ingest.dataset.second_line import SecondLine

CLEANER = Cleaner.of(
    [
        Known("user_0001", ("Socrates Okafor",)),
        Known("user_0002", ("Socrates Varga",), keep=frozenset({"Socrates"})),
    ]
)


@pytest.mark.parametrize(
    ("prompt", "kinds"),
    [
        ("You are Socrates, chatting with friends on Telegram.", []),
        ("You are Socrates, a friend of Okafor.", ["name"]),
        ("You are Socrates. Ring me at +49 30 901820.", ["phone"]),
    ],
)
def test_only_the_owner_is_named_in_the_prompt(prompt: str, kinds: list[str]) -> None:
    assert [offender.kinds for offender in SecondLine(CLEANER).of_prompts([prompt])] == ([kinds] if kinds else [])
