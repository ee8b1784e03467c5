"""What the privacy benchmark's figures rest on: what counts as gone, and values that are what they say."""

from __future__ import annotations

import random

import pytest
from stdnum import iban, luhn

from benchmarks.privacy.case import LANGUAGES, Case
from benchmarks.privacy.declension import declined, german_genitive
from benchmarks.privacy.harmless import harmless_cases
from benchmarks.privacy.names import known_cases, unknown_cases
from benchmarks.privacy.patterned import patterned_cases
from benchmarks.privacy.peers import with_usual_expressions
from benchmarks.privacy.scoring import judge, replaced
from benchmarks.privacy.values import VALUES
from benchmarks.privacy.values.hashing import base58check, keccak256, segwit
from benchmarks.privacy.values.wallets import checksummed


@pytest.mark.parametrize(
    ("clean", "gone", "false"),
    [
        ("my number is <phone> ok", True, 0),
        ("my number is +31 6 1122 3345 ok", False, 0),
        ("my number is <phone> 3345 ok", False, 0),
        ("my number is <phone>45 ok", True, 0),
        ("my <name> is <phone> ok", True, 1),
        ("my number is +31 6 1122 3345 <name>", False, 1),
    ],
)
def test_a_value_is_gone_when_no_four_characters_of_it_are_left(clean: str, gone: bool, false: int) -> None:
    verdict = judge(Case("phone", "en", "my number is ", "+31 6 1122 3345", " ok"), clean)
    assert (verdict.gone, verdict.false) == (gone, false)


@pytest.mark.parametrize(("clean", "gone"), [("hi user_0001", True), ("hi oL", False), ("hi bob", True)])
def test_a_short_name_is_gone_when_the_word_is(clean: str, gone: bool) -> None:
    assert judge(Case("known_name", "en", "hi ", "Ol", ""), clean).gone is gone


def test_masked_stretches_are_found_by_lining_texts_up() -> None:
    text = "<b> call 020 7946 0417 or Ann, bye"
    clean = "<b> call <phone> or user_0001, bye"
    assert [(text[a:b], new) for a, b, new in replaced(text, clean)] == [
        ("020 7946 0417", "<phone>"),
        ("Ann", "user_0001"),
    ]
    assert replaced(text, text) == []


def test_cases_are_many_distinct_and_the_same_every_time() -> None:
    makers = (patterned_cases, known_cases, unknown_cases, harmless_cases)
    cases = [case for make in makers for case in make(20, 1)]
    assert cases == [case for make in makers for case in make(20, 1)]
    assert {(c.kind, c.language) for c in cases} >= {(kind, each) for kind in VALUES for each in LANGUAGES}
    assert len({c.text for c in cases}) > 0.9 * len(cases)
    assert all(c.value in c.text and (c.value or c.kind == "harmless") for c in cases)


def test_values_have_their_checksums() -> None:
    rng = random.Random(1)
    for _ in range(50):
        assert luhn.is_valid("".join(c for c in VALUES["card"](rng, "en").text if c.isdigit()))
        assert iban.is_valid(VALUES["iban"](rng, "ru").text.upper())


def test_wallets_are_encoded_as_their_standards_show() -> None:
    """The examples of Bitcoin's wiki, BIP-173 and EIP-55."""
    assert (
        base58check(bytes.fromhex("00010966776006953d5567439e5e39f86a0d273bee")) == "16UwLL9Risc3QfPqBUvKofHmBQ7wMtjvM"
    )
    program = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
    assert segwit("bc", 0, program) == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    assert keccak256(b"").hex().startswith("c5d2460186f7233c927e7db2dcc703c0")
    address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    assert checksummed(bytes.fromhex(address[2:])) == address


def test_names_are_declined() -> None:
    assert list(declined("Павел", female=False).values()) == ["Павел", "Павла", "Павлу", "Павла", "Павлом", "Павле"]
    assert list(declined("Ольга", female=True).values()) == ["Ольга", "Ольги", "Ольге", "Ольгу", "Ольгой", "Ольге"]
    assert declined("Белозёрова", female=True, surname=True)["dat"] == "Белозёровой"
    assert declined("Шевченко", female=False, surname=True)["gen"] == "Шевченко"
    assert (german_genitive("Anna"), german_genitive("Hans")) == ("Annas", "Hans'")


def test_the_usual_expressions_are_a_fair_peer() -> None:
    assert with_usual_expressions(["mail a@b.de or call +49 30 1234567", "10-15 min"]) == [
        "mail <email> or call <phone>",
        "10-15 min",
    ]
