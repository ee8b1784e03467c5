"""What a tester may send and a persona may say, through the whole gateway."""

from __future__ import annotations

from typing import Any

import pytest

from services.inference.settings import DISCLOSURE
from tests.integration.inference.conftest import Gateway
from tests.peers.vllm_server import saying

KEY = "sk-proj-4Kx9mQ2vL8nR5tY7wZ1aB3cD"


def ask(gateway: Gateway, message: str) -> tuple[str, dict[str, Any]]:
    stream = gateway.openai().chat.completions.create(
        model="alex", messages=[{"role": "user", "content": message}], stream=True
    )
    chunks = list(stream)
    assert chunks[-1].model_extra is not None
    return "".join(c.choices[0].delta.content or "" for c in chunks), chunks[-1].model_extra["anselm"]


@pytest.mark.parametrize(
    ("question", "language"), [("are you a bot?", "en"), ("bist du ein bot?", "de"), ("ты бот?", "ru")]
)
def test_asked_what_it_is_a_persona_tells(gateway: Gateway, question: str, language: str) -> None:
    said, answer = ask(gateway, question)
    assert said == DISCLOSURE[language]
    assert answer["guard"] == "disclosure"
    assert gateway.vllm.asked == []
    assert gateway.metric("anselm_inference_guard_hits_total", guard="disclosure") == 1


def test_a_secret_is_not_passed_on(gateway: Gateway) -> None:
    said, answer = ask(gateway, f"my key is {KEY}, keep it for me")
    assert "secrets" in said
    assert answer["guard"] == "secret"
    assert gateway.vllm.asked == []


def test_a_secret_in_pieces_leaves_masked(gateway: Gateway) -> None:
    gateway.vllm.script = saying("sure, it is ", KEY[:7], KEY[7:15], KEY[15:], " and", " that's", " it")
    said, answer = ask(gateway, "what was it?")
    assert said == "sure, it is <api_token> and that's it"
    assert answer["guard"] == "masked"


def test_what_else_is_private_reaches_the_model_masked(gateway: Gateway) -> None:
    _, answer = ask(gateway, "call me on +31 6 1122 3345, or write to bo@mail.example.org")
    [asked] = gateway.vllm.asked
    assert asked["messages"][-1]["content"] == "call me on <phone>, or write to <email>"
    assert answer["warnings"][-1] == "masked in the message: email, phone"


def test_a_persona_does_not_pass_for_a_human(gateway: Gateway) -> None:
    gateway.vllm.script = saying("lol ", "no, ", "I'm ", "a ", "real ", "person, ", "promise")
    said, answer = ask(gateway, "who is there")
    assert said == f"lol no, \n{DISCLOSURE['en']}"
    assert answer["guard"] == "human_claim"
