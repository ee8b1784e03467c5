"""The maskers on labelled data from ``ANSELM_TEST_DATA``. The bounds are what was measured, rounded down."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from services.ingest.cleaning.cleaner import Cleaner
from shared.privacy.api_tokens import ApiTokenMasker

DATA = os.environ.get("ANSELM_TEST_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="ANSELM_TEST_DATA is not set")
PII = Path(DATA or ".") / "pii"
CLEANER = Cleaner.of([])


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (PII / name).read_text().splitlines()]


def is_gone(secret: str, text: str) -> bool:
    return secret not in CLEANER.clean(text).text


@pytest.mark.parametrize(
    ("form", "sentence", "least"),
    [
        ("e164", "it is {} ok", 1.0),
        ("international", "it is {} ok", 1.0),
        ("national", "my number is {} ok", 0.98),
        ("national", "see {} ok", 0.40),
    ],
)
def test_phone_numbers_of_every_region(form: str, sentence: str, least: float) -> None:
    numbers = [row[form] for row in lines("phone_numbers.jsonl") if row["valid"]]
    assert sum(is_gone(n, sentence.format(n)) for n in numbers) / len(numbers) >= least


def test_invalid_numbers_are_no_phones() -> None:
    numbers = [row["e164"] for row in lines("phone_numbers.jsonl") if not row["valid"]]
    assert sum(is_gone(n, f"it is {n} ok") for n in numbers) / len(numbers) <= 0.01


def test_cards_of_every_brand() -> None:
    brands = json.loads((PII / "card_test_numbers.json").read_text())
    for number in (n for found in brands.values() if isinstance(found, list) for n in found):
        assert CLEANER.clean(f"pay with {number} please").text == "pay with <card> please"


def test_seed_phrases_of_any_words_of_the_list() -> None:
    words, rng = (PII / "bip39_english.txt").read_text().split(), random.Random(1)
    for length in (12, 24) * 100:
        phrase = " ".join(rng.choices(words, k=length))
        assert CLEANER.clean(phrase).text == "<seed_phrase>"


@pytest.mark.parametrize(
    ("field", "sentence", "least"),
    [
        ("phone_number", "мой номер {}", 1.0),
        ("address", "адрес: {}", 1.0),
        ("email", "почта {}", 1.0),
        ("passport_number", "паспорт {}", 1.0),
        ("individuals_inn", "инн {}", 1.0),
        ("snils", "снилс {}", 1.0),
        ("credit_card_number", "карта {}", 1.0),
        ("iban", "iban {}", 1.0),
        ("ipv4", "айпи {}", 1.0),
        ("date_of_birth", "родился {}", 1.0),
        ("businesses_inn", "инн {}", 1.0),
    ],
)
def test_russian_identities_leave_no_number(field: str, sentence: str, least: float) -> None:
    people = lines("russian_synthetic_identities.jsonl")
    cleaned = [re.sub(r"<\w+>", "", CLEANER.clean(sentence.format(row[field])).text) for row in people]
    assert sum(not re.search(r"\d{3}", text) for text in cleaned) / len(people) >= least


#: Street addresses here are of made-up streets in a dozen languages; some are a street without a number.
RECALL = {
    "CREDIT_CARD": 1.0,
    "EMAIL_ADDRESS": 1.0,
    "IBAN_CODE": 1.0,
    "US_SSN": 1.0,
    "PHONE_NUMBER": 1.0,
    "STREET_ADDRESS": 0.95,
    "IP_ADDRESS": 1.0,
    "US_DRIVER_LICENSE": 1.0,
}
HARMLESS = {"PERSON", "GPE", "ORGANIZATION", "TITLE", "DATE_TIME", "NRP"}


@pytest.mark.parametrize("kind", RECALL)
def test_english_sentences(kind: str) -> None:
    rows = json.loads((PII / "synthetic_english_spans.json").read_text())
    found = [
        is_gone(span["entity_value"], row["full_text"])
        for row in rows
        for span in row["spans"]
        if span["entity_type"] == kind
    ]
    assert sum(found) / len(found) >= RECALL[kind]


def test_english_sentences_without_anything_private_stay() -> None:
    rows = json.loads((PII / "synthetic_english_spans.json").read_text())
    plain = [row["full_text"] for row in rows if all(span["entity_type"] in HARMLESS for span in row["spans"])]
    touched = [text for text in plain if CLEANER.clean(text).masked.keys() - {"birth_date"}]
    assert len(touched) / len(plain) <= 0.002


PREFIXED = {
    "github-pat": "ghp_" + "a1B2c3D4e5F6" * 3,
    "gitlab-pat": "glpat-a1B2c3D4e5F6g7H8i9J0",
    "aws-access-token": "AKIAQ7PRETZELBOAT42X",
    "slack-bot-token": "xoxb-123456789012-123456789012-a1B2c3D4e5F6g7H8i9J0k1L2",
    "gcp-api-key": "AIza" + "a1B2c3D4e5F" * 3 + "gh",
    "telegram-bot-api-token": "7123409865:AAFkq3Zt9wLmXb2RvYc8HsNdJ0uPgTeKi4o",
    "npm-access-token": "npm_" + "a1b2c3d4e5f6" * 3,
    "stripe-access-token": "sk_live_a1B2c3D4e5F6g7H8",
    "huggingface-access-token": "hf_" + "aBcDeFgHiJ" * 3 + "aBcD",
    "sendgrid-api-token": "SG." + "a1B2c3D4e5F" * 2 + "." + "a1B2c3D4e5F" * 4,
}


def test_tokens_that_known_rules_describe() -> None:
    """Ours stand for the rules by name; every rule named must still be in the list."""
    known = set(re.findall(r'^id = "([^"]+)"', (PII / "secret_rules.toml").read_text(), re.MULTILINE))
    assert known >= PREFIXED.keys()
    missed = [name for name, token in PREFIXED.items() if not list(ApiTokenMasker().find(f"key {token} ok"))]
    assert missed == []
