from __future__ import annotations

import pytest

from services.ingest.asking import template_in, templates
from shared.errors import Invalid
from shared.languages import language_of_all

LANGUAGES = {"en", "de", "nl", "ru", "uk", "es", "fr", "it", "pt", "pl"}


def test_every_language_has_a_text() -> None:
    assert templates().keys() == LANGUAGES


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_text_names_people_and_chats_and_asks_for_two_things(language: str) -> None:
    template = template_in(language, strict=True)
    text = template["text"].format(name="Mira", owner="Anselm", chats="<<chats>>")
    assert "Mira" in text.splitlines()[0]
    assert text.splitlines()[-1] == "Anselm"
    assert text.count("<<chats>>") == 1
    assert [line[:2] for line in text.splitlines() if line[:1].isdigit()] == ["1.", "2."]
    assert "Boat" in template["group"].format(name="Boat")
    assert template["private"]
    assert {text.count(mark) for mark in "{}"} == {0}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_text_is_told_to_be_in_its_own_language(language: str) -> None:
    assert language_of_all([template_in(language, strict=True)["text"]]) == language


def test_a_language_without_a_text() -> None:
    assert template_in("other", strict=False)["language"] == "en"
    with pytest.raises(Invalid, match="no text in 'xx'"):
        template_in("xx", strict=True)


def test_one_quotation_does_not_decide_the_language() -> None:
    assert language_of_all(["привет, это мы", "да, вы были правы", "він сказав: привіт"]) == "ru"
    assert language_of_all(["привіт, як справи", "так", "добре", "дякую, усе гаразд"]) == "uk"
    assert language_of_all(["ik ben er zo", "maar niet nu", "she said: yes", "привет"]) == "nl"
    assert language_of_all(["cześć", "nie wiem co się stało", "ok"]) == "pl"
    assert language_of_all([]) == "other"
