from __future__ import annotations

import pytest

from shared.languages import TELLING
from shared.system_prompt import LANGUAGES, READERS, USUAL, Register, Relation, fill, language_spoken, template_for


def test_the_register_is_told() -> None:
    template = template_for("Ada")
    assert fill(template, USUAL) == "You are Ada, chatting with a friend on Telegram in English. Reply as Ada would."
    at_work = fill(template, Register(Relation.WORK, "ru"))
    assert at_work == "You are Ada, chatting with people from work on Telegram in Russian. Reply as Ada would."
    assert "in the language of the chat." in fill(template, Register(language="other"))


@pytest.mark.parametrize("prompt", ["You are Ada.", "", 'Reply as {"name": "Ada"}', "{unknown} {0} {"])
def test_a_fixed_prompt_stays_as_it_is(prompt: str) -> None:
    assert {fill(prompt, Register(relation, code)) for relation in Relation for code in LANGUAGES} == {prompt}


def test_every_relation_and_language_has_words() -> None:
    assert set(READERS) == set(Relation)
    assert {*TELLING, "ru", "uk"} == set(LANGUAGES)


def test_the_language_is_that_of_what_was_said() -> None:
    assert language_spoken(["is the bread done", "да"]) == "en"
    assert language_spoken(["ok"]) == "other"
