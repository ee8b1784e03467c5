"""The guards on real replies of ``ANSELM_TEST_DATA``. The bounds are what was measured, rounded away from it."""

from __future__ import annotations

import json
import os
import re
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from services.inference.guards.input import inspect
from services.inference.guards.output import OutputGuard

DATA = os.environ.get("ANSELM_TEST_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="ANSELM_TEST_DATA is not set")
#: As models write: a few letters at a time, with the space before a word.
TOKEN = re.compile(r"\s?\S{1,4}|\s+")


def messages_of(persona: str) -> tuple[str, list[dict[str, Any]]]:
    """The owner, and everybody's messages with text."""
    export = json.loads((Path(DATA or "") / "personas" / persona / "result_train.json").read_text())
    messages = [message for chat in export["chats"]["list"] for message in chat["messages"]]
    texts = [m for m in messages if isinstance(m.get("text"), str) and m["text"]]
    return f"user{export['personal_information']['user_id']}", texts


def replies_of(persona: str) -> list[str]:
    owner, messages = messages_of(persona)
    bursts = groupby(messages, key=lambda message: message["from_id"])
    return ["\n".join(m["text"] for m in burst) for sender, burst in bursts if sender == owner]


def held_back(text: str) -> list[int]:
    """Characters that wait, after each token."""
    guard, written, sent, waiting = OutputGuard("AI"), 0, 0, []
    for token in TOKEN.findall(text):
        written += len(token)
        sent += len(guard.feed(token))
        waiting.append(written - sent)
    return [] if guard.hit else waiting


@pytest.mark.parametrize("persona", ["lovell", "sitelew", "socrates"])
def test_replies_arrive_word_by_word(persona: str) -> None:
    waiting = sorted(held for reply in replies_of(persona)[::10] for held in held_back(reply))
    assert fmean(waiting) <= 20
    assert waiting[int(0.95 * len(waiting))] <= 50


@pytest.mark.parametrize(("persona", "most"), [("lovell", 0.002), ("sitelew", 0.005), ("socrates", 0.001)])
def test_hardly_any_message_is_taken_for_a_secret(persona: str, most: float) -> None:
    texts = [message["text"] for message in messages_of(persona)[1]]
    warned = sum(
        (answer := inspect(text, disclosure={"en": "AI"}, secret_warning={"en": "no"})) is not None
        and answer.guard == "secret"
        for text in texts
    )
    assert warned / len(texts) <= most
