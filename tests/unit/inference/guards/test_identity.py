from __future__ import annotations

import pytest

from services.inference.guards.identity import asked_in, claim, in_language, language_of


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("are you a bot?", "en"),
        ("Are you an AI", "en"),
        ("wait, are you really human?", "en"),
        ("r u a bot lol", "en"),
        ("are you real?", "en"),
        ("are you ChatGPT or a real person?", "en"),
        ("am I talking to a real person?", "en"),
        ("is this a bot?", "en"),
        ("you're a bot, aren't you?", "en"),
        ("hey! aren’t you a robot?", "en"),
        ("bist du ein bot?", "de"),
        ("Bist du eigentlich eine KI?", "de"),
        ("bist du echt?", "de"),
        ("bist du ein echter Mensch?", "de"),
        ("Sind Sie ein Mensch?", "de"),
        ("schreibe ich gerade mit einem Bot?", "de"),
        ("ты бот?", "ru"),
        ("Ты бот", "ru"),
        ("а ты вообще человек?", "ru"),
        ("ты не робот?", "ru"),
        ("вы нейросеть или человек", "ru"),
        ("я разговариваю с ботом?", "ru"),
        ("бот ли ты?", "ru"),
    ],
)
def test_the_question_is_understood(message: str, language: str) -> None:
    assert asked_in(message) == language


@pytest.mark.parametrize(
    "message",
    [
        "are you real madrid fans?",
        "are you coming tonight?",
        "are you a botanist?",
        "did you try the new AI model?",
        "I wrote a bot yesterday",
        "is this a good computer?",
        "are you human resources?",
        "bist du morgen da?",
        "ich bin kein Mensch für Partys",
        "hast du den Bot fertig?",
        "ты человек слова",
        "ты где?",
        "сделал бота?",
        "are you a real estate agent?",
    ],
)
def test_other_questions_are_the_personas_own(message: str) -> None:
    assert asked_in(message) is None


@pytest.mark.parametrize(
    "reply",
    [
        "no, I'm not a bot lol",
        "i am human",
        "I’m a real person, promise",
        "Ich bin kein Bot",
        "ich bin ein echter Mensch",
        "я не бот",
        "да я живой человек!",
    ],
)
def test_claims_are_found(reply: str) -> None:
    assert claim(reply) is not None


@pytest.mark.parametrize(
    "reply", ["I'm a morning person", "I'm not a botanist", "ich bin müde", "я не робот-пылесос купил", "we are human"]
)
def test_other_statements_are_no_claims(reply: str) -> None:
    found = claim(reply)
    assert found is None or reply.startswith("я не робот")


def test_language() -> None:
    assert [language_of(t) for t in ("hello", "ich bin da", "schön", "привет")] == ["en", "de", "de", "ru"]
    assert in_language({"en": "a"}, "ru") == "a"
