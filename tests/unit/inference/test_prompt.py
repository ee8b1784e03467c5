from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.inference.prompt import Recalled, build, system_prompt
from shared.contracts.base import ChatMessage
from shared.contracts.retrieval import Hit
from shared.system_prompt import USUAL, Register, Relation, fill, template_for


def hit(id: str, context: str, reply: str) -> Hit:
    return Hit(id=id, context=context, reply=reply, at=datetime(2026, 1, 1, tzinfo=UTC), score=0.1)


def turn(role: str, content: str) -> ChatMessage:
    return ChatMessage(role=role, content=content)


TALK = [turn("user", "one"), turn("assistant", "two"), turn("user", "three"), turn("assistant", "four")]


def said(messages: list[ChatMessage]) -> list[tuple[str, str]]:
    return [(m.role[0], m.content) for m in messages]


def test_everything_in_its_place() -> None:
    recalled = Recalled([hit("a", "anchor?", "yes")], [hit("e", "example?", "no")], TALK)
    prompt = build("sys", recalled, "five", 1_000)
    assert said(prompt.messages) == [
        ("s", "sys"),
        *(("u", "anchor?"), ("a", "yes"), ("u", "example?"), ("a", "no")),
        *(("u", "one"), ("a", "two"), ("u", "three"), ("a", "four")),
        ("u", "five"),
    ]
    assert prompt.examples == 2


def test_bubbles_of_one_side_become_one_turn() -> None:
    recalled = Recalled(turns=[turn("user", "hey"), turn("user", "you there?")])
    assert said(build("", recalled, "hello?", 1_000).messages) == [("u", "hey\nyou there?\nhello?")]


def test_an_answer_to_nothing_is_left_out() -> None:
    recalled = Recalled(turns=[turn("assistant", "as I said"), *TALK])
    assert said(build("sys", recalled, "five", 1_000).messages)[1] == ("u", "one")


def test_an_exchange_comes_once_and_what_was_said_unasked_never() -> None:
    recalled = Recalled([hit("a", "q", "r")], [hit("a", "q", "r"), hit("b", " ", "unasked")])
    assert build("sys", recalled, "m", 1_000).examples == 1


def test_the_oldest_goes_first_and_examples_before_the_conversation() -> None:
    recalled = Recalled([hit("a", "anchor?", "yes")], [hit("e", "example?", "no")], TALK)
    fitting = len("sys") + len("five") + sum(len(t.content) for t in TALK)
    assert build("sys", recalled, "five", fitting + len("example?no")).examples == 1
    tight = build("sys", recalled, "five", fitting)
    assert (tight.examples, len(tight.messages)) == (0, 6)
    assert said(build("sys", recalled, "five", fitting - 1).messages)[1] == ("u", "three")


def test_the_message_is_never_dropped() -> None:
    assert said(build("system", Recalled(turns=TALK), "x" * 99, 5).messages) == [("s", "system"), ("u", "x" * 99)]


turns = st.builds(turn, st.sampled_from(["user", "assistant"]), st.text(min_size=1, max_size=9))
hits = st.builds(hit, st.uuids().map(str), st.text(min_size=1, max_size=9), st.text(min_size=1, max_size=9))


@given(st.lists(hits, max_size=4), st.lists(turns, max_size=9), st.text(min_size=1, max_size=9), st.integers(0, 90))
def test_any_prompt_is_in_the_training_format(
    examples: list[Hit], conversation: list[ChatMessage], message: str, budget: int
) -> None:
    prompt = build("sys", Recalled((), examples, conversation), message, budget)
    roles = [m.role for m in prompt.messages]
    assert roles == ["system", *(["user", "assistant"] * (len(roles) // 2))[: len(roles) - 1]]
    assert roles[-1] == "user"
    assert prompt.messages[-1].content.endswith(message)
    assert prompt.examples <= len(examples)


def test_the_register_is_that_of_the_conversation() -> None:
    template = template_for("Ada")
    russian = Recalled(turns=[turn("user", "как дела сегодня"), turn("assistant", "fine, and you? are you there")])
    assert system_prompt(template, Relation.WORK, russian, "ok") == fill(template, Register(Relation.WORK, "ru"))
    assert system_prompt(template, Relation.FRIEND, Recalled(), "is the boat dry") == fill(template, USUAL)
    assert system_prompt("You are Ada.", Relation.WORK, russian, "ok") == "You are Ada.", "of an older adapter"
