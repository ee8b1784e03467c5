"""The sides of examples, what repeats across them, and the proof."""

from __future__ import annotations

from itertools import combinations

from services.ingest.dataset.balance import Balance
from services.ingest.dataset.exchanges import Tally
from services.ingest.dataset.facts import Facts
from services.ingest.dataset.portions import Portion
from services.ingest.dataset.sides import Sided, prove, split
from services.ingest.dataset.splits import SPLITS, Thread
from services.ingest.dataset.statistics import describe

THREADS, SIZE = 40, 10
ALL = Balance(emoji_only=True, brief=1.0, most=10_000)


def facts(chat: int, thread: int, place: int, text: str, former: str | None = None) -> Facts:
    return Facts(
        f"{chat}-{place}", chat, thread, text, 7, 30, 8, 1, "en", 12, "2024-03", (), None, False, "friend en", former
    )


def portion(chat: int, *, former: str | None = None) -> Portion:
    found = [
        facts(chat, n // SIZE, n, f"reply {n * 7919 % 9973} of chat {chat} says {n**3} boats", former)
        for n in range(THREADS * SIZE)
    ]
    threads = [Thread(chat, number, SIZE) for number in range(THREADS)]
    replies = [list(range(number * SIZE, number * SIZE + SIZE)) for number in range(THREADS)]
    return Portion(chat, found, threads, replies, Tally())


def test_nothing_held_out_recurs_on_another_side() -> None:
    portions = [portion(1), portion(2)]
    for one in portions:  # every thread ends with nearly the same reply
        for n in range(SIZE - 1, len(one.facts), SIZE):
            one.facts[n] = facts(one.chat, n // SIZE, n, f"the very same long reply that everybody gets {n % 3}")
    sided = split(portions, ALL)
    proof = prove(sided)
    assert (proof.near_duplicates, proof.shared_messages, proof.moved) == (0, 0, 0)
    assert proof.left_out_repeated == sided.repeated > 0
    texts = {side: {its.text for its in found} for side, found in sided.examples().items()}
    assert all(texts[one].isdisjoint(texts[other]) for one, other in combinations(SPLITS, 2))
    assert any("very same" in text for text in texts["test"]), "what is held out is kept"
    statistics = describe(sided)
    assert sum(one.examples for one in statistics.splits.values()) == 2 * THREADS * SIZE - sided.repeated
    assert sum(statistics.reply_length_histogram.values()) == 2 * THREADS * SIZE - sided.repeated


def test_the_proof_sees_what_is_wrong() -> None:
    one = portion(1)
    one.facts[0] = one.facts[0]._replace(former="test")
    one.facts[SIZE] = one.facts[SIZE]._replace(text=one.facts[0].text)
    one.shared = {(0, 1), (1, 2)}
    sides = ["train", "test", *["train"] * (THREADS - 2)]
    proof = prove(Sided([one], [sides], [[sides[its.thread] for its in one.facts]], 0, 0, Tally()))
    assert (proof.near_duplicates, proof.shared_messages, proof.moved) == (1, 2, 1)


def test_an_example_whose_thread_is_elsewhere_now_is_left_out() -> None:
    one = portion(1)
    one.threads[0].former.update(train=9, test=1)
    one.facts[0] = one.facts[0]._replace(former="train")
    one.facts[1] = one.facts[1]._replace(former="test")
    sided = split([one], ALL)
    assert sided.sides[0][0] == "test"
    assert (sided.placed[0][0], sided.placed[0][1], sided.elsewhere) == (None, "test", 1)
    assert 0 not in sided.new_replies({1: {0: "train", 1: "test"}})[1, "test"]
