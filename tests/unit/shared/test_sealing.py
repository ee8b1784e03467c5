from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidTag
from structlog.testing import capture_logs

from shared.sealing import Seal, decrypt, encrypt

SEAL = Seal("a token")


@pytest.mark.parametrize("text", ["", "пароль: nightboat-77 🛶", "x" * 100_000])
def test_what_is_sealed_can_be_opened_and_says_nothing(text: str) -> None:
    sealed = SEAL.seal(text, "bot.inbox")
    assert SEAL.unseal(sealed, "bot.inbox") == text
    assert SEAL.unseal(sealed.encode(), "bot.inbox") == text
    assert "nightboat" not in sealed + base64.b64decode(sealed).decode("latin-1")
    assert sealed != SEAL.seal(text, "bot.inbox"), "two of the same can be told apart by nobody"


def flipped(sealed: str) -> str:
    raw = bytearray(base64.b64decode(sealed))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "not base64!",
        "AAAA",
        '{"text": "nightboat"}',
        Seal("another token").seal("nightboat", "bot.inbox"),
        SEAL.seal("nightboat", "bot.journal"),
        flipped(SEAL.seal("nightboat", "bot.inbox")),
    ],
    ids=["nothing", "no base64", "too short", "plain", "another token", "another place", "changed"],
)
def test_what_cannot_be_opened_is_dropped_with_a_warning_that_quotes_nothing(sealed: str) -> None:
    with capture_logs() as logs:
        assert SEAL.unseal(sealed, "bot.inbox") is None
    assert [(line["event"], line["place"], line["log_level"]) for line in logs] == [
        ("sealed_value_dropped", "bot.inbox", "warning")
    ]
    assert "nightboat" not in str(logs)


def test_names_are_stable_and_keyed() -> None:
    assert SEAL.name(4711) == SEAL.name("4711") == Seal("a token").name(4711)
    assert SEAL.name(4711) not in (SEAL.name(4712), Seal("another token").name(4711))


def test_bytes_belong_to_a_key_and_a_place() -> None:
    key, other = bytes(32), bytes([1] * 32)
    sealed = encrypt(key, b"words", b"here")
    assert decrypt(key, sealed, b"here") == b"words"
    for wrong_key, wrong_place in ((other, b"here"), (key, b"there"), (key, None)):
        with pytest.raises(InvalidTag):
            decrypt(wrong_key, sealed, wrong_place)
