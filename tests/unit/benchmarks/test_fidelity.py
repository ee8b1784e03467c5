"""What the fidelity benchmark's figures rest on: the peer's rule, equal budgets, what is learned, and the intervals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from benchmarks.fidelity import jobs, peer
from benchmarks.fidelity.datasets import examples_of, lesson, measure
from benchmarks.fidelity.intervals import Draw, Voice, figure
from benchmarks.fidelity.jobs import BASE, Job, Measured, keep, kept, planned
from benchmarks.fidelity.measuring import Outcome, Size
from benchmarks.fidelity.personas import Chat, History
from benchmarks.fidelity.report import loss_drop
from benchmarks.fidelity.training import Encoded, batches, encode
from benchmarks.fidelity.variants import OURS, PEER, Training
from services.ingest.repository.consented import ReadMessage
from services.trainer.loss import IGNORED
from services.trainer.tokens import measured_by
from services.trainer.training_rows import Row
from shared.contracts.base import ChatMessage
from tests.peers import tiny_model

OWNER, FRIEND = 1, 2


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(tiny_model.make(tmp_path_factory.mktemp("models") / "tiny"))


def history(*said: tuple[int, float, str]) -> History:
    """Messages of one chat: sender, minute, text."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    messages = [
        ReadMessage(number, start + timedelta(minutes=minute), sender, text, None, None, False, False, None)
        for number, (sender, minute, text) in enumerate(said, 1)
    ]
    return History("Ada", OWNER, [Chat(1, "personal_chat", messages)], {OWNER: "user_0001", FRIEND: "user_0002"})


def turns(row: Row) -> list[tuple[str, str]]:
    return [(turn.role, turn.content) for turn in row.messages[1:]]


def test_the_peer_merges_within_two_minutes_and_cuts_after_five() -> None:
    first, second = [(FRIEND, 0, "hi"), (FRIEND, 1, "there?"), (OWNER, 4, "yes")], [(FRIEND, 10, "still?")]
    found = peer.conversations(history(*first, *second, (OWNER, 14.5, "sure"), (FRIEND, 30, "hello")))
    assert [turns(row) for row in found] == [
        [("user", "hi\nthere?"), ("assistant", "yes")],
        [("user", "still?"), ("assistant", "sure")],
    ]
    assert found[0].trained == (False, False, True)


def test_the_peer_drops_what_is_long_and_learns_no_opening() -> None:
    long = "a" * peer.LONGEST
    assert peer.conversations(history((FRIEND, 0, long), (OWNER, 1, "ok"))) == []
    assert peer.conversations(history((OWNER, 0, "hi"), (FRIEND, 1, "hi"))) == []


def test_ours_answers_after_an_hour_and_the_peer_does_not(tokenizer: PreTrainedTokenizerBase) -> None:
    late = history((FRIEND, 0, "coming?"), (OWNER, 60, "yes"))
    assert len(lesson(OURS, late, measure(tokenizer)).rows) == 1
    assert not lesson(PEER, late, measure(tokenizer)).rows


def test_bubbles_and_windows_are_choices() -> None:
    chat = history(*((person, 3 * n + person, f"{person} {n}") for n in range(4) for person in (FRIEND, OWNER, OWNER)))
    assert {e.messages[-1].content for e in examples_of(chat, OURS)} == {f"1 {n}\n1 {n}" for n in range(4)}
    assert examples_of(chat, replace(OURS, bubbles=False))[0].messages[-1].content == "1 0 1 0"
    prompts = [examples_of(chat, replace(OURS, register=each))[0].messages[0].content for each in (True, False)]
    assert ["in English" in prompt for prompt in prompts] == [False, True], "what no word tells, and what is usual"
    assert [len(e.messages) for e in examples_of(chat, replace(OURS, window=1))] == [3, 5, 5, 5]


def test_anchors_are_learned_from_as_context_only(tokenizer: PreTrainedTokenizerBase) -> None:
    chat = history(*((person, 3 * n + person, f"{person} {n}") for n in range(4) for person in (FRIEND, OWNER)))
    taught = lesson(replace(OURS, anchors=1, anchors_learned=True), chat, measure(tokenizer))
    assert len(taught.opening) == 2
    assert all(row.messages[1:3] == taught.opening and not any(row.trained[:4]) for row in taught.rows)


def test_turns_are_counted_as_the_template_writes_them(tokenizer: PreTrainedTokenizerBase) -> None:
    messages = [ChatMessage(role=role, content=f"{role}, hey") for role in ("system", "user", "assistant", "user")]
    assert measure(tokenizer)(messages) == measured_by(tokenizer)(messages)


def test_the_owners_words_and_their_end_are_learned(tokenizer: PreTrainedTokenizerBase) -> None:
    said = [("system", "s"), ("user", "hey"), ("assistant", "old"), ("user", "and?"), ("assistant", "no way haha")]
    row = Row(tuple(ChatMessage(role=r, content=c) for r, c in said), (False, False, False, False, True))
    encoded = encode(row, tokenizer)
    learned = [label for label in encoded.labels if label != IGNORED]
    assert tokenizer.decode(learned) == "no way haha<|im_end|>"
    assert all(label in (IGNORED, token) for token, label in zip(encoded.tokens, encoded.labels, strict=True))


@pytest.mark.parametrize("epochs", [1, 3])
def test_every_variant_reads_its_budget(epochs: int) -> None:
    rows = [Encoded([n] * (5 + n % 7), [n] * (5 + n % 7)) for n in range(400)]
    plan = batches(rows, Training(epochs=epochs, batch=2), 900, seed=1)
    read = [row.tokens[0] for batch in plan for row in batch]
    assert 870 < sum(len(row.tokens) for batch in plan for row in batch) <= 900
    assert max(read.count(n) for n in set(read)) in (epochs, epochs + 1)
    assert plan == batches(rows, Training(epochs=epochs, batch=2), 900, seed=1)


def test_little_is_read_again_until_the_budget_is_spent() -> None:
    plan = batches([Encoded([1] * 10, [1] * 10)] * 3, Training(batch=2), 100, seed=0)
    assert sum(len(row.tokens) for batch in plan for row in batch) == 100


def outcome(nats: float, said: str) -> Outcome:
    real = [f"yeah sure {n}" for n in range(20)]
    return Outcome([[nats + n % 3] * (n + 1) for n in range(20)], [f"{said} {n}" for n in range(20)], real)


def test_figures_are_exact_and_their_intervals_around_them() -> None:
    base = Voice.of([outcome(3.0, "As a language model, I"), outcome(3.0, "As a language model, I")])
    better = Voice.of([outcome(2.0, "yeah sure"), outcome(2.2, "yeah sure")])
    assert base.auc(Draw()) == 1
    found = figure(better.loss)
    assert found.value == pytest.approx(np.mean([better.nats[n].sum() / better.tokens[n].sum() for n in (0, 1)]))
    assert found.lo < found.value < found.hi
    drop = loss_drop(base, better)
    assert 0 < drop.lo < drop.value < drop.hi < 1
    assert drop.hi - drop.lo < found.hi - found.lo, "replies are drawn alike for both"


def test_an_outcome_is_measured_once_for_what_it_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = next(planned("model", ["ours"], ["lovell"], 1, 100, Size(4, 4)))
    keep(job, tmp_path, Measured(outcome(1, "x"), {"tokens": 3}))
    assert kept(job, tmp_path) == Measured(outcome(1, "x"), {"tokens": 3})
    assert kept(replace(job, budget=200), tmp_path) is None
    monkeypatch.setattr(jobs, "code_version", lambda: "another")
    assert kept(job, tmp_path) is None


def test_the_base_is_asked_once_a_seed_whatever_the_budget() -> None:
    plan: list[Job] = list(planned("model", [BASE, "ours"], ["lovell", "socrates"], 2, 100, Size(4, 4)))
    assert [(j.seed, j.persona, j.variant) for j in plan[:3]] == [
        (0, "lovell", "base"),
        (0, "lovell", "ours"),
        (0, "socrates", "base"),
    ]
    assert {j.budget for j in plan if j.variant == BASE} == {0}
