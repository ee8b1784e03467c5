"""From messages to split examples, without a database."""

from __future__ import annotations

import random
from typing import Any

from services.ingest.dataset.duplicates import THRESHOLD, References, comparable
from services.ingest.dataset.examples import Room, Style, windows, write_example
from services.ingest.dataset.exchanges import Exchange, Tally, sessions
from services.ingest.dataset.lengths import ruler
from services.ingest.dataset.statistics import bin_names
from services.ingest.dataset.threads import LEAST, MOST, threads
from services.ingest.repository.consented import ReadMessage
from shared.languages import language_of
from tests.unit.ingest.conversing import HOUR, MIRA, OMAR, OWNER, exchanges, said


def withheld(number: int, sender: int, why: str = "consent") -> ReadMessage:
    """As it is read: without its text."""
    return said(number, sender, "", withheld=why)


def numbers(found: list[Exchange]) -> list[tuple[list[int], list[int]]]:
    return [([m.id for m in e.said], [m.id for m in e.reply]) for e in found]


def room(exchanges: int = 8, tokens: int = 2048) -> Room:
    return Room(exchanges, tokens, ruler(None))


def style(prompt: str = "", *, prefixed: bool = False) -> Style:
    pseudonyms = {OWNER: "user_own", MIRA: "user_mira", OMAR: "user_omar"}
    return Style(prompt, prefixed, pseudonyms, clean=str)


def test_bursts_are_merged_and_silence_ends_a_session() -> None:
    found = exchanges(
        said(1, MIRA, "hello"), said(2, OMAR, "hi"), said(3, OWNER, "ahoi"), said(4, OWNER, "both"),
        said(5, MIRA, "bread?"), said(6, OWNER, "yes"),
        said(7, OWNER, "still there", minutes=100),
        said(8, MIRA, "yes", minutes=101), said(9, OWNER, "good", minutes=102),
    )  # fmt: skip
    assert numbers(found) == [([1, 2], [3, 4]), ([5], [6]), ([], [7]), ([8], [9])]
    assert [e.session for e in found] == [0, 0, 1, 1]


def test_topics_of_a_forum_are_conversations_of_their_own() -> None:
    found = exchanges(
        said(1, MIRA, "boat?", topic=10), said(2, OMAR, "bread?", topic=20), said(3, OWNER, "sails", topic=10),
        said(4, OWNER, "rye", topic=20), said(5, OMAR, "hello"), said(6, OWNER, "ahoi"),
    )  # fmt: skip
    assert numbers(found) == [([5], [6]), ([1], [3]), ([2], [4])]
    assert [e.session for e in found] == [0, 1, 2]
    assert [len(thread) for thread in threads(found)] == [1, 1, 1]


def test_a_burst_that_opens_a_session_answers_nothing() -> None:
    tally = Tally()
    found = exchanges(said(1, OWNER, "ahoi"), said(2, MIRA, "hi"), said(3, OWNER, "well"), tally=tally)
    assert numbers(found) == [([], [1]), ([2], [3])]
    assert tally.left_out == {"opening": 1}
    [window] = windows(7, found, room(8), Tally())
    assert [m.id for m in window.messages] == [1, 2, 3]
    opened = write_example(window, style()).messages
    assert [(m.role, m.content) for m in opened[1:3]] == [("user", "<start>"), ("assistant", "ahoi")]


def test_what_is_not_the_senders_own_text_leaves() -> None:
    tally = Tally()
    found = exchanges(
        said(1, MIRA, "look"), said(2, MIRA, "", media="photo"), said(3, MIRA, "news", forwarded=True),
        said(4, OWNER, "nice"), said(5, OWNER, "gif", via_bot=True), said(6, OWNER, "copied", forwarded=True),
        tally=tally,
    )  # fmt: skip
    assert numbers(found) == [([1, 2], [4])]
    assert tally.left_out == {"forwarded": 2, "via_bot": 1}
    assert exchanges(said(1, MIRA, "gif", via_bot=True), said(2, OWNER, "hehe")) == []


def test_words_without_consent_are_withheld() -> None:
    tally = Tally()
    found = exchanges(
        withheld(1, OMAR), said(2, MIRA, "hello"), said(3, OWNER, "to mira"),
        said(4, MIRA, "and"), withheld(5, OMAR), said(6, OWNER, "to omar"),
        said(7, MIRA, "one"), withheld(8, OMAR), said(9, OWNER, "to mira again", reply_to=7),
        said(10, MIRA, "three"), withheld(11, OMAR), said(12, MIRA, "five"),
        said(13, OWNER, "to omar", reply_to=11),
        tally=tally,
    )  # fmt: skip
    assert numbers(found) == [([2], [3]), ([7], [9])]
    assert tally.withheld == 4
    assert tally.left_out["answers_withheld"] == 2


def test_business_messages_are_counted_apart() -> None:
    tally = Tally()
    found = exchanges(
        said(1, MIRA, "hello"), withheld(2, OWNER, "business"), said(3, OWNER, "it is me"),
        withheld(4, MIRA, "business"), said(5, OWNER, "to a customer"),
        tally=tally,
    )  # fmt: skip
    assert numbers(found) == [([1], [3])]
    assert tally.left_out == {"business": 2, "answers_withheld": 1}
    assert tally.withheld == 0


def make_thread(count: int, session: int = 0, start: int = 1) -> list[Exchange]:
    return [
        Exchange(session, (said(n, MIRA, f"q{n}"),), (said(n + 1, OWNER, f"a{n}"),))
        for n in range(start, start + 2 * count, 2)
    ]


def test_windows_hold_what_came_before_in_the_session() -> None:
    thread = make_thread(5) + make_thread(2, session=1, start=100)
    found = list(windows(7, thread, room(2), Tally()))
    assert [len(w.context) for w in found] == [0, 1, 2, 2, 2, 0, 1]
    assert {w.thread for w in found} == {"7:2"}
    assert len({w.id for w in found}) == 7


def test_an_example_alternates_and_ends_with_the_reply() -> None:
    exchange = Exchange(
        0, (said(3, MIRA, "a"), said(4, MIRA, "b"), said(5, OMAR, "c")), (said(6, OWNER, "x"), said(7, OWNER, "y"))
    )
    [*_, window] = windows(7, [*make_thread(1), exchange], room(8), Tally())
    example = write_example(window, style("Be Anselm.", prefixed=True))
    assert [(m.role, m.content) for m in example.messages] == [
        ("system", "Be Anselm."),
        ("user", "user_mira: q1"),
        ("assistant", "a1"),
        ("user", "user_mira: a\nb\nuser_omar: c"),
        ("assistant", "x\ny"),
    ]
    assert example.message_ids == ["7:1", "7:2", "7:3", "7:4", "7:5", "7:6", "7:7"]
    assert example.people == ["user_mira", "user_omar", "user_own"]
    private = write_example(window, style())
    assert private.messages[-2].content == "a\nb\nc"


def test_threads_are_whole_sessions_of_some_size() -> None:
    short = [e for s in range(10) for e in make_thread(3, session=s, start=100 * s + 1)]
    assert [len(t) for t in threads(short)] == [9, 9, 9, 3]
    assert [len(t) for t in threads(make_thread(2 * MOST + 5))] == [MOST, MOST, 5]
    assert LEAST <= 9
    more = [*short, *make_thread(30, session=20, start=5_000)]
    assert list(threads(more))[:3] == list(threads(short))[:3], "new messages change the last thread only"


def near(candidates: dict[Any, str], references: dict[Any, str], threshold: float = THRESHOLD) -> set[Any]:
    known = References(references.values(), threshold)
    return {key for key, text in candidates.items() if known.near(text)}


def test_near_duplicates_leave_training() -> None:
    held_out = {"h": comparable("how is the boat", "she is dry and the bread is out of the oven")}
    candidates = {
        "same": comparable("anything", "She is dry, and the bread is out of the oven!"),
        "near": comparable("anything", "she is dry and the bread is out of the ovens"),
        "other": comparable("how is the boat", "kevin stole the last pretzel and flew to the lock"),
    }
    assert near(candidates, held_out) == {"same", "near"}


def test_short_replies_recur_by_right() -> None:
    held_out = {"h": comparable("are we on course", "roger")}
    candidates = {
        "style": comparable("pass the salt please now", "roger"),
        "copy": comparable("are we on course?", "Roger."),
    }
    assert near(candidates, held_out) == {"copy"}


def test_near_duplicates_agree_with_comparing_everything() -> None:
    rng = random.Random(5)
    words = "boat bread gull canal rain tram oven storm bike lock".split()  # noqa: SIM905
    texts = {n: " ".join(rng.choices(words, k=rng.randrange(3, 9))) for n in range(400)}
    half = {n: t for n, t in texts.items() if n % 2}, {n: t for n, t in texts.items() if not n % 2}
    grams = {n: {t[i : i + 5] for i in range(len(t) - 4)} for n, t in texts.items()}
    want = {a for a in half[0] for b in half[1] if len(grams[a] & grams[b]) >= 0.6 * len(grams[a] | grams[b])}
    assert near(*half, threshold=0.6) == want
    assert 0 < len(want) < 200


def test_small_things() -> None:
    assert bin_names() == ["1", "2", "3-4", "5-8", "9-16", "17-32", "33-64", "65+"]
    assert list(sessions([], HOUR)) == []
    texts = {"the bread is in the oven": "en", "das brot ist im ofen": "de", "хлеб в печи": "ru", "⚓": "other"}
    assert {text: language_of(text) for text in texts} == texts
