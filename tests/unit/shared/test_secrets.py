from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import secrets

#: Put together here, so that no scanner takes them for real ones.
TOKENS = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "sk-" + "proj-4Kx9mQ2vL8nR5tY7wZ1aB3cD",
    "sk_live" + "_4eC39HqLyjWDarjtT1zdp7dc",
    "xoxb-" + "123456789012-abcdefghijkl",
    "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
    "5129384756" + ":AAH9xkq3Zp0r8sWcVb1nTyUiOpLkJhGfDsA",
    "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N",
]


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_are_found_in_a_sentence(token: str) -> None:
    assert secrets.mask(f"use {token}, ok?") == "use <token>, ok?"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my password is hunter2 ok?", "my password is <password> ok?"),
        ("Passwort: S3hr!Geheim", "Passwort: <password>"),
        ("пароль: qwerty123, запиши", "пароль: <password>, запиши"),
        ("postgres://bob:s3cr3t@db/x", "postgres://bob:<password>@db/x"),
        ("Authorization: Bearer abcdef0123456789abcdef", "Authorization: Bearer <token>"),
        ("card 4111 1111 1111 1111.", "card <card>."),
        ("card 378282246310005", "card <card>"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\nbye",
            "<private_key>\nbye",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ", "<private_key>"),
    ],
)
def test_secrets_leave_their_kind(text: str, masked: str) -> None:
    assert secrets.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "the password is wrong",
        "forgot my password, send it",
        "пароль не помню",
        "call 47253 554 47050 12 1278",
        "4111 1111 1111 1112",
        "at 12:30 on 2026-11-22, 100 200 300",
        "haha task-management-with-a-very-long-name",
        "https://example.com/a/b?c=d",
    ],
)
def test_ordinary_chat_is_left_alone(text: str) -> None:
    assert secrets.find(text) == []


PIECES = [*TOKENS, "4111 1111 1111 1111", "hello", "my password is hunter2!", "\n", "5", "-----BEGIN PRIVATE KEY-----"]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "-----END PRIVATE KEY-----"]), max_size=6))
def test_what_is_settled_stays_as_it_is(words: list[str]) -> None:
    """Masking the settled part now, or with what follows, gives the same text."""
    text = " ".join(words)
    whole = secrets.mask(text)
    for end in range(len(text)):
        settled = secrets.settled(text[:end])
        crossing = [s for s in secrets.find(text) if s.start < settled < s.end]
        assert not crossing
    assert secrets.mask(whole) == whole


@pytest.mark.skipif("ANSELM_TEST_DATA" not in os.environ, reason="ANSELM_TEST_DATA is unset")
def test_test_cards_are_found_and_real_chats_left_alone() -> None:
    data = Path(os.environ["ANSELM_TEST_DATA"])
    cards = json.loads((data / "pii" / "card_test_numbers.json").read_text())
    numbers = [number for group in cards.values() if isinstance(group, list) for number in group]
    assert all(secrets.mask(f"it is {number}, thanks") == "it is <card>, thanks" for number in numbers)
    for export in sorted((data / "personas").glob("*/result_train.json")):
        assert secrets.find(export.read_text()) == []
