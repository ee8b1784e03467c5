from __future__ import annotations

from collections import Counter

from services.ingest.dataset.balance import Balance, balanced
from services.ingest.dataset.examples import Window
from services.ingest.dataset.exchanges import Exchange, Tally
from services.ingest.dataset.facts import Facts, facts_of
from tests.unit.ingest.conversing import MIRA, OWNER, said

ALL = Balance(emoji_only=True, brief=1.0, most=10_000)


def answers(*replies: str, chat: int = 7) -> list[Facts]:
    found = []
    for n, reply in enumerate(replies):
        exchange = Exchange(0, (said(2 * n, MIRA, "q"),), (said(2 * n + 1, OWNER, reply),))
        found.append(facts_of(Window(chat, f"{chat}:{n // 5}", (), exchange), n // 5, "friend en"))
    return found


LONG = [f"a reply of some length, number {n}" for n in range(60)]


def test_replies_that_say_little_are_balanced_not_dropped() -> None:
    tally = Tally()
    found = answers(*LONG, *["ok"] * 60, *["+"] * 30, "Ok.", *["да"] * 30, "not often")
    kept = balanced(found, Balance(emoji_only=True, brief=0.25, most=10_000), tally)
    often = Counter(facts.gist for facts in kept)
    brief = often["ok"] + often["+"] + often["да"]
    assert brief == int(61 * 0.25 / 0.75)
    assert min(often["ok"], often["+"], often["да"]) >= 1
    assert often["not often"] == 1
    assert sum(1 for facts in kept if facts.gist is None) == len(LONG)
    assert tally.left_out == {"brief": 121 - brief}
    assert balanced(found, Balance(emoji_only=True, brief=0.25, most=10_000), Tally()) == kept, "always the same ones"
    assert balanced(found, ALL, Tally()) == found


def test_replies_without_a_word_stay_where_they_are_a_habit() -> None:
    tally = Tally()
    habit, accident = answers(*LONG, *["😂"] * 5), answers(*LONG * 10, "😂")
    assert balanced(habit, ALL, tally) == habit
    assert tally.left_out == {}
    assert balanced(accident, ALL, tally) == accident[:-1]
    assert balanced(habit, Balance(emoji_only=False, brief=1.0, most=10_000), tally) == habit[:-5]
    assert tally.left_out == {"emoji_only": 6}


def test_a_chat_gives_at_most_so_many_examples_in_whole_threads() -> None:
    tally = Tally()
    found = [*answers(*LONG), *answers(*LONG[:5], chat=8)]
    kept = balanced(found, Balance(emoji_only=True, brief=1.0, most=20), tally)
    assert Counter(facts.chat for facts in kept) == {7: 20, 8: 5}
    assert set(Counter(facts.thread for facts in kept).values()) == {5}
    assert tally.left_out == {"chat_limit": 40}
    assert [facts.id for facts in found if facts in kept] == [facts.id for facts in kept]
