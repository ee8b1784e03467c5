from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.inference.guards.output import OutputGuard
from shared.privacy.detectors import find_in, masked
from tests.unit.shared.private_texts import HARMLESS, TEXTS

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----"


def through(guard: OutputGuard, parts: list[str]) -> list[str]:
    return [*(guard.feed(part) for part in parts), guard.end()]


def cut(text: str, sizes: list[int]) -> list[str]:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return [*parts, text[at:]]


@given(st.lists(st.integers(min_value=1, max_value=9), max_size=60))
def test_a_secret_is_masked_however_it_is_cut(sizes: list[int]) -> None:
    text = f"well, my card is 4111 1111 1111 1111 and {TOKEN} too.\n{KEY}\nthe password is hunter2! bye"
    guard = OutputGuard("I am an AI.")
    said = "".join(through(guard, cut(text, sizes)))
    assert said == "well, my card is <card> and <api_token> too.\n<private_key>\nthe password is <password>! bye"
    assert guard.hit == "masked"
    assert guard.said == said


SIZES = st.lists(st.integers(min_value=1, max_value=30))
TALK = st.lists(st.sampled_from(HARMLESS), max_size=3, unique=True)


@settings(deadline=None)
@given(TALK, st.sampled_from(TEXTS), TALK, SIZES)
@example(["15000"], "my passport is P7203846", [], [])
def test_every_kind_leaves_as_if_the_whole_had_been_masked(
    before: list[str], private: str, behind: list[str], sizes: list[int]
) -> None:
    text = " and so ".join([*before, private, *behind])
    guard = OutputGuard("I am an AI.")
    said = "".join(through(guard, cut(text, sizes)))
    assert said == masked(text).text or guard.hit == "repetition"
    assert guard.hit in ("masked", "repetition")


@settings(deadline=None)
@given(st.lists(st.sampled_from([*TEXTS, *HARMLESS]), max_size=5, unique=True), SIZES)
def test_nothing_private_leaves_however_much_there_is(pieces: list[str], sizes: list[int]) -> None:
    """The kind that a find is counted under may differ: a masked text is shorter, and a word reaches further in it."""
    said = "".join(through(OutputGuard("I am an AI."), cut(" and so ".join(pieces), sizes)))
    assert not find_in(said)
    assert not [piece for piece in pieces if piece in TEXTS and piece in said]


@given(st.integers(min_value=1, max_value=40), st.sampled_from(TEXTS))
def test_how_a_text_is_cut_changes_nothing(size: int, private: str) -> None:
    text = f"yes {private} so it is, {private}\nas I said"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert "".join(through(OutputGuard("AI"), pieces)) == "".join(through(OutputGuard("AI"), [text]))


@given(st.text(alphabet="ab c\n1.", max_size=80), st.lists(st.integers(min_value=1, max_value=5), max_size=40))
def test_what_is_harmless_passes_unchanged(text: str, sizes: list[int]) -> None:
    guard = OutputGuard("I am an AI.")
    said = "".join(through(guard, cut(text, sizes)))
    assert said == text or guard.hit == "repetition"


def test_only_the_last_two_words_are_held_back() -> None:
    guard = OutputGuard("I am an AI.")
    assert guard.feed("hey there, how ar") == "hey there, "
    assert guard.feed("e you") == "how "
    assert guard.end() == "are you"


def test_a_key_that_is_never_closed_never_leaves() -> None:
    guard = OutputGuard("I am an AI.")
    said = "".join(through(guard, ["here: -----BEGIN RSA PRIV", "ATE KEY-----\nMIIE", "vQIB\nADAN"]))
    assert said == "here: <private_key>"


def test_a_claim_to_be_human_ends_in_the_disclosure() -> None:
    guard = OutputGuard("I am an AI.")
    said = "".join(through(guard, ["haha sure. no, I'm not a bot, why", " do you ask"]))
    assert said == "haha sure. no, \nI am an AI."
    assert (guard.hit, guard.stopped) == ("human_claim", True)
    assert guard.feed("more") == ""


def test_a_reply_that_only_claims_is_replaced() -> None:
    assert "".join(through(OutputGuard("I am an AI."), ["I'm human"])) == "I am an AI."


@pytest.mark.parametrize("unit", ["I think so. ", "no no ", "a", "и я тоже так думаю, "])
def test_a_loop_ends_the_reply(unit: str) -> None:
    guard = OutputGuard("I am an AI.")
    for _ in range(200):
        guard.feed(unit)
    guard.feed(" ")
    assert (guard.hit, guard.stopped) == ("repetition", True)
    assert len(guard.said) < 250


@pytest.mark.parametrize(
    "text", ["hahahahahaha nooooooooo!!!!!!", "ja ja ja ja ja", "ок ок ок", "..........", "\n\n\n\n"]
)
def test_style_is_no_loop(text: str) -> None:
    guard = OutputGuard("I am an AI.")
    assert "".join(through(guard, [text])) == text
    assert guard.hit is None
