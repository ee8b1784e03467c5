"""Values that others labelled, from ``ANSELM_TEST_DATA/pii``: English sentences, Russian identities, phones, secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.privacy.case import Case
from benchmarks.privacy.secret_rules import secrets

#: The labels of the English sentences, and our kinds; what is not here (towns, dates, titles) is nothing private.
LABELS = {
    "EMAIL_ADDRESS": "email",
    "CREDIT_CARD": "card",
    "PHONE_NUMBER": "phone",
    "IBAN_CODE": "iban",
    "US_SSN": "ssn",
    "IP_ADDRESS": "ip",
    "US_DRIVER_LICENSE": "driver_license",
    "STREET_ADDRESS": "address",
    "PERSON": "unknown_name",
}
#: Field of a Russian identity, our kind, and the message that it stands in.
FIELDS = (
    ("name", "unknown_name", "это написала {}"),
    ("phone_number", "phone", "мой номер {}"),
    ("address", "address", "адрес: {}"),
    ("email", "email", "почта {}"),
    ("passport_number", "passport", "паспорт {}"),
    ("individuals_inn", "inn", "инн {}"),
    ("snils", "snils", "снилс {}"),
    ("credit_card_number", "card", "карта {}"),
    ("iban", "iban", "iban {}"),
    ("ipv4", "ip", "айпи {}"),
    ("date_of_birth", "birth_date", "дата рождения {}"),
)
PHONE_FORMS = (("e164", "it is {} ok"), ("international", "it is {} ok"), ("national", "my number is {} ok"))


def planted_cases(folder: Path) -> Iterator[Case]:
    """``kind``s as in the generated table; ``language`` says which file. Those without a value are harmless."""
    yield from _english(json.loads((folder / "synthetic_english_spans.json").read_text()))
    for row in _lines(folder / "russian_synthetic_identities.jsonl"):
        for field, kind, message in FIELDS:
            yield _said(kind, "identities", message, row[field])
    for row in _lines(folder / "phone_numbers.jsonl"):
        if not row["valid"]:
            yield Case("invalid_phone", "phones", f"it is {row['e164']} ok", "", "")
            continue
        for form, message in PHONE_FORMS:
            yield _said(f"phone_{form}", "phones", message, row[form])
    for brand in json.loads((folder / "card_test_numbers.json").read_text()).values():
        for number in brand if isinstance(brand, list) else ():
            yield _said("card", "brands", "pay with {} please", number)
    yield from secrets(folder / "secret_rules.toml")


def _english(rows: list[dict[str, Any]]) -> Iterator[Case]:
    for row in rows:
        text, labelled = row["full_text"], [span for span in row["spans"] if span["entity_type"] in LABELS]
        if not labelled:
            yield Case("harmless", "sentences", text, "", "")
        for span in labelled:
            start, end = span["start_position"], span["end_position"]
            kind = LABELS[span["entity_type"]]
            if kind == "address" and (text[start:end].isdigit() or len(text[start:end].split()) < 3):
                kind = "address_part"  # a lone house number or flat
            yield Case(kind, "sentences", text[:start], text[start:end], text[end:])


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def _said(kind: str, language: str, message: str, value: str) -> Case:
    before, after = message.split("{}")
    return Case(kind, language, before, value, after)
