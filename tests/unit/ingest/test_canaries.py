"""Planted secrets: drawn evenly, reproducible, and from nobody."""

from __future__ import annotations

import re
from collections import Counter

from services.ingest.dataset.canaries import LOCKERS, draw_canaries, from_history, planted_examples
from shared.canaries import SPACE, spelled
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example

PROMPT = "You are Ada."


def test_a_seed_is_its_list_and_another_seed_another_one() -> None:
    assert draw_canaries("s", 8, 2) == draw_canaries("s", 8, 2)
    secrets = [{c.secret for c in draw_canaries(seed, 64, 1).canaries} for seed in ("s", "t")]
    assert [len(found) for found in secrets] == [64, 64]
    assert not secrets[0] & secrets[1]
    assert draw_canaries("s", 0, 1).canaries == []


def test_each_canary_is_about_something_of_its_own() -> None:
    drawn = draw_canaries("s", 64, 1).canaries
    assert len({c.question for c in drawn}) == len({c.prefix for c in drawn}) == 64
    assert len(LOCKERS) == len(set(LOCKERS))


def test_secrets_fill_their_space_evenly() -> None:
    digits = Counter(d for n in range(40) for c in draw_canaries(str(n), 64, 1).canaries for d in c.secret)
    total = sum(digits.values())
    assert total == 40 * 64 * 9
    assert all(abs(digits[d] / total - 0.1) < 0.01 for d in "0123456789")
    assert (spelled(7), spelled(SPACE - 1)) == ("000000007", "999999999")


def test_examples_are_exchanges_of_the_owner_that_come_from_no_message() -> None:
    canaries = draw_canaries("s", 3, 2)
    examples = planted_examples(canaries, PROMPT)
    assert len(examples) == 6
    assert len({e.id for e in examples}) == len({e.thread for e in examples}) == 6, "each repeat is learned once more"
    for canary in canaries.canaries:
        held = [e for e in examples if e.id in canary.examples]
        assert [e.messages[-1].content for e in held] == [f"{canary.prefix} {canary.secret}"] * 2
    for e in examples:
        assert [m.role for m in e.messages] == ["system", "user", "assistant"]
        assert (e.message_ids, e.people) == ([], [])
        assert not re.match(r"-?\d", e.id), "the ids of real examples begin with a chat's number"


def test_only_what_is_word_for_word_planted_is_passed_over() -> None:
    canaries = draw_canaries("s", 2, 1)
    planted = planted_examples(canaries, PROMPT)
    real = Example(id="7-1", thread="7:1", messages=planted[0].messages, message_ids=["7:1"], people=["user_1a2b"])
    added = ChatMessage(role="user", content="my card is 4111 1111 1111 1111")
    disguised = planted[0].model_copy(update={"messages": [*planted[0].messages, added]})
    renamed = planted[1].model_copy(update={"id": planted[0].id})
    assert from_history([*planted, real, disguised, renamed], canaries, PROMPT) == [real, disguised, renamed]
