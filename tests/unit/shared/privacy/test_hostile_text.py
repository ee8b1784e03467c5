"""No text takes a detector out of its time, crashes it, or hides a number from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.privacy.detectors import masked
from tests.unit.shared.privacy.hostile import MIB, TEXTS, detectors, is_bounded, text_of

ROOT = Path(__file__).parents[4]
#: Seconds of wall time after which the process that measures is killed: for all of its measurements together.
HARD_DEADLINE = 600


def measured(what: str) -> list[dict[str, Any]]:
    """The lines that the measuring process wrote; it is killed when a regular expression holds it for too long."""
    command = [sys.executable, "-m", "tests.unit.shared.privacy.hostile", what]
    try:
        done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=HARD_DEADLINE)
    except subprocess.TimeoutExpired as expired:
        lines = (expired.stdout or b"").decode().splitlines()
        pytest.fail(f"killed after {HARD_DEADLINE} s, behind {lines[-1:]}")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def growth() -> list[dict[str, Any]]:
    return measured("growth")


@pytest.mark.parametrize("detector", detectors())
def test_twice_the_text_is_at_most_about_three_times_the_work(detector: str, growth: list[dict[str, Any]]) -> None:
    mine = [row for row in growth if row["detector"] == detector]
    assert {row["text"] for row in mine} == set(TEXTS)
    assert [row for row in mine if not is_bounded(row["small"], row["large"])] == []


def test_a_mebibyte_of_anything_is_cleaned_before_its_deadline() -> None:
    rows = measured("whole")
    assert [row["text"] for row in rows] == list(TEXTS)
    assert [row["text"] for row in rows if row["seconds"] is None] == []


def test_the_texts_are_as_long_as_they_say() -> None:
    assert all(len(text_of(name, MIB)) == MIB for name in TEXTS)


PHONE, CARD = "+31 6 11223345", "4242 4242 4242 4242"
FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
MATHEMATICAL = str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")


def between(mark: str, number: str) -> str:
    """A mark behind every digit but the last."""
    *most, last = number
    return "".join(c + mark if c.isdigit() else c for c in most) + last


def keycaps(number: str) -> str:
    """Digits as the emoji that show them."""
    return "".join(f"{c}\ufe0f\u20e3" if c.isdigit() else c for c in number)


DISGUISES = {
    "zero-width spaces": lambda number: between("\u200b", number),
    "zero-width joiners": lambda number: between("\u200d", number),
    "word joiners": lambda number: between("\u2060", number),
    "byte order marks": lambda number: between("\ufeff", number),
    "soft hyphens": lambda number: between("\u00ad", number),
    "right-to-left marks": lambda number: between("\u200f", number),
    "an override of direction": lambda number: f"\u202d{number}\u202c",
    "isolates of direction": lambda number: f"\u2066{number}\u2069",
    "variation selectors": lambda number: between("\ufe0e", number),
    "full-width digits": lambda number: number.translate(FULL_WIDTH),
    "emoji digits": keycaps,
    "emoji digits without selectors": lambda number: keycaps(number).replace("\ufe0f", ""),
    "Arabic digits": lambda number: number.translate(ARABIC),
    "mathematical digits": lambda number: number.translate(MATHEMATICAL),
    "no-break spaces": lambda number: number.replace(" ", "\u00a0"),
    "narrow no-break spaces": lambda number: number.replace(" ", "\u202f"),
    "no-break hyphens": lambda number: number.replace(" ", "\u2011"),
    "en dashes": lambda number: number.replace(" ", "\u2013"),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize(("number", "kind"), [(PHONE, "phone"), (CARD, "card")])
def test_a_disguised_number_is_masked(number: str, kind: str, disguise: str) -> None:
    cleaned = masked(f"it is {DISGUISES[disguise](number)} ok")
    assert cleaned.text.startswith("it is ")
    assert cleaned.text.endswith(" ok")
    assert not any(c.isnumeric() for c in cleaned.text), cleaned.text
    assert cleaned.masked == {kind: 1}


@pytest.mark.parametrize(
    "text",
    [
        "see you 1️⃣8️⃣:3️⃣0️⃣",
        "🔟/🔟",
        "top 5\ufe0f\u20e3",
        "it costs １２ euro",
        "in ２０２４",
        "a\u200bb\u200bc",
        "ок\u00adно",
        "we won 3\u20132",
    ],
)
def test_what_is_harmless_stays_as_it_was_typed(text: str) -> None:
    assert masked(text).text == text


@pytest.mark.parametrize("text", ["write to аnton@gmаil.com", "write to a\u200bnton@gmail.com", "ａｎｔｏｎ@gmail.com"])
def test_a_disguised_address_of_mail_is_masked(text: str) -> None:
    assert "@" not in masked(text).text
