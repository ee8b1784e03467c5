from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.trainer.stages.sft import with_planted
from services.trainer.training_rows import Row, shortened, training_rows
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example
from tests.unit.trainer.examples import conversation, example, thread
from tests.unit.trainer.recipe_values import sft


def words(messages: Sequence[ChatMessage]) -> int:
    return sum(len(m.content.split()) for m in messages if m.role != "system")


def trained(rows: Sequence[Row]) -> list[str]:
    return [m.content for row in rows for m, learned in zip(row.messages, row.trained, strict=True) if learned]


def test_a_thread_that_fits_is_one_conversation_whose_replies_all_carry_loss() -> None:
    rows = training_rows(thread("hi", "ahoi", "how are you", "rusty"), words, limit=100)
    assert [[m.content for m in row.messages[1:]] for row in rows] == [["hi", "ahoi", "how are you", "rusty"]]
    assert rows[0].trained == (False, False, True, False, True)


def test_each_reply_is_learned_once_where_a_thread_is_too_long() -> None:
    turns = [f"{who} {n}" for n in range(20) for who in ("question", "reply")]
    rows = training_rows(thread(*turns), words, limit=9)
    assert sorted(trained(rows)) == sorted(t for t in turns if t.startswith("reply"))
    assert all(words(row.messages) <= 9 for row in rows)


def test_a_reply_that_is_only_context_is_not_learned() -> None:
    kept_out = example(3, "hi", "held out reply", "and you?", "rusty")
    assert trained(training_rows([kept_out], words, limit=100)) == ["rusty"]


def named(number: int, *turns: str) -> Example:
    """An example that tells which of the owner's bursts its turns are, as ingest writes it."""
    whole = example(number, *turns)
    ids = [f"t/{n}" for n in range(1, len(turns), 2)]
    return whole.model_copy(update={"replies": ids})


def test_the_same_words_said_twice_are_learned_twice() -> None:
    turns = ["are you there", "ok", "and now", "ok", "really?", "ok"]
    rows = training_rows([named(n, *turns[: n + 1]) for n in (1, 3, 5)], words, limit=100)
    assert trained(rows) == ["ok", "ok", "ok"]
    assert [len(row.messages) for row in rows] == [7], "all bursts of one window, in one conversation"


def test_what_the_owner_opened_with_is_context_also_where_a_reply_has_its_words() -> None:
    rows = training_rows([named(3, "<start>", "ahoi", "hi", "ahoi")], words, limit=100)
    assert [row.trained for row in rows] == [(False, False, False, False, True)]


def test_contacts_words_never_carry_loss() -> None:
    rows = training_rows([named(3, "same", "same", "same", "same")], words, limit=100)
    assert [learned for row in rows for m, learned in zip(row.messages, row.trained, strict=True) if learned] == [True]
    assert all(m.role == "assistant" for row in rows for m, t in zip(row.messages, row.trained, strict=True) if t)


def test_what_does_not_fit_with_its_message_is_left_out() -> None:
    assert training_rows([example(1, "a b c d e", "f")], words, limit=5) == []


def test_shortening_begins_with_somebody_else() -> None:
    messages = shortened(conversation("one", "two", "three", "four"), words, limit=3)
    assert messages is not None
    assert [m.content for m in messages[1:]] == ["three", "four"]


def test_json_says_which_turn_carries_loss() -> None:
    [row] = training_rows(thread("hi", "ahoi"), words, limit=10)
    assert [(m["role"], m["train"]) for m in row.as_json()["messages"]] == [
        ("system", False),
        ("user", False),
        ("assistant", True),
    ]


@given(st.lists(st.text("ab ", min_size=1, max_size=8), min_size=2, max_size=24), st.integers(2, 20))
def test_nothing_is_learned_twice_and_nothing_exceeds_the_limit(texts: list[str], limit: int) -> None:
    turns = [f"{n} {text}" for n, text in enumerate(texts)]
    rows = training_rows(thread(*turns), words, limit)
    learned = trained(rows)
    assert len(learned) == len(set(learned))
    assert set(learned) <= set(turns[1::2])
    assert all(words(row.messages) <= limit and row.messages[1].role == "user" and row.trained[-1] for row in rows)


def test_steps_that_do_not_reach_everything_reach_what_is_planted() -> None:
    real = training_rows([example(n, f"q{n}", f"a{n}", thread=str(n)) for n in range(20)], words, limit=10)
    planted = training_rows(
        [example(n, "code?", f"it is {n}", thread=f"canary-{n}") for n in range(3)], words, limit=10
    )
    few = sft(max_steps=4, micro_batch=2, accumulation=1)
    assert [r for r in with_planted(real, planted, few) if r in planted] == planted
    assert len(with_planted(real, planted, few)) == 8
    assert with_planted(real, [], few) == real
    assert with_planted(real, planted, sft(max_steps=None)) == [*real, *planted]
