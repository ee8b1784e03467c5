from __future__ import annotations

import pytest

from services.inference.guards.input import FixedAnswer, inspect, require_length
from shared.errors import Invalid, TooLarge

DISCLOSURE = {"en": "an AI", "de": "eine KI"}
WARNING = {"en": "no secrets", "ru": "без секретов"}


def verdict(message: str) -> FixedAnswer | None:
    return inspect(message, disclosure=DISCLOSURE, secret_warning=WARNING)


def test_length() -> None:
    require_length("x" * 10, 10)
    with pytest.raises(TooLarge, match="11 characters"):
        require_length("x" * 11, 10)
    for blank in ("", "  \n"):
        with pytest.raises(Invalid, match="empty"):
            require_length(blank, 10)


def test_an_ordinary_message_reaches_the_model() -> None:
    assert verdict("what's up") is None


def test_a_question_for_its_nature_is_answered_in_its_language() -> None:
    assert verdict("bist du ein bot?") == FixedAnswer("disclosure", "eine KI", keep=True)
    assert verdict("ты бот?") == FixedAnswer("disclosure", "an AI", keep=True)


def test_a_secret_is_neither_answered_nor_kept() -> None:
    assert verdict("пароль: qwerty123") == FixedAnswer("secret", "без секретов", keep=False)
    assert verdict("are you a bot? my password is hunter2") == FixedAnswer("secret", "no secrets", keep=False)
