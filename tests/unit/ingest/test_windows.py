"""What examples promise, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.ingest.dataset.examples import Room, Style, Window, windows, write_example
from services.ingest.dataset.exchanges import MOST_SAID, Exchange, Tally
from services.ingest.dataset.lengths import ESTIMATE, ruler
from services.ingest.dataset.tags import heard
from services.ingest.dataset.threads import threads
from shared.errors import Invalid
from tests.unit.ingest.conversing import MIRA, OMAR, OWNER, exchanges, said

NAMES = {OWNER: "user_own", MIRA: "user_mira", OMAR: "user_omar"}
ROOM = Room(8, 2048, ruler(None))


def of(found: list[Exchange], room: Room = ROOM, tally: Tally | None = None) -> list[Window]:
    return [w for thread in threads(found) for w in windows(7, thread, room, tally or Tally())]


def turns(window: Window, *, prefixed: bool = False) -> list[str]:
    return [m.content for m in write_example(window, Style("", prefixed, NAMES, str)).messages[1:]]


def test_bubbles_stay_bubbles() -> None:
    [window] = of(exchanges(said(1, MIRA, "a"), said(2, MIRA, "b"), said(3, OWNER, "x"), said(4, OWNER, "y")))
    assert turns(window) == ["a\nb", "x\ny"]


def test_links_and_media_are_tags() -> None:
    [window] = of(
        exchanges(
            said(1, MIRA, "", media="photo"), said(2, MIRA, "our boat", media="video_file"),
            said(3, MIRA, "see https://example.org/boats?x=1, all", media=None), said(4, MIRA, "", media="dice"),
            said(5, OWNER, "and http://example.org/bread."),
        )
    )  # fmt: skip
    assert turns(window) == ["<photo>\n<video> our boat\nsee <link>, all\n<media>", "and <link>."]
    assert heard(said(1, MIRA, "", media="voice_message")) == "<voice>"
    assert write_example(window, Style("", False, NAMES, str)).message_ids == ["7:1", "7:2", "7:3", "7:4", "7:5"]


def test_a_long_session_is_windowed_not_discarded() -> None:
    talk = [said(n, OWNER if n % 2 else MIRA, f"line {n}") for n in range(400)]
    found = of(exchanges(*talk))
    assert len(found) == 200, "every answer is the end of an example"
    assert {len(window.context) for window in found} <= set(range(9))
    assert sum(len(window.context) == 8 for window in found) > 150
    replied = [m.id for window in found for m in window.exchange.reply]
    assert len(replied) == len(set(replied))


def test_a_reply_after_an_hour_is_a_reply() -> None:
    found = exchanges(said(1, MIRA, "boat?", minutes=0), said(2, OWNER, "dry", minutes=75), gap=None)
    assert [turns(window) for window in of(found)] == [["boat?", "dry"]]


def test_what_the_owner_opens_is_no_answer_but_context() -> None:
    tally = Tally()
    talk = (said(1, OWNER, "lunch?"), said(2, MIRA, "when"), said(3, OWNER, "at one"))
    [window] = of(exchanges(*talk, tally=tally))
    assert turns(window) == ["<start>", "lunch?", "when", "at one"]
    example = write_example(window, Style("", False, NAMES, str))
    assert (example.id, example.replies) == ("7-3", ["7-1", "7-3"])
    assert tally.left_out == {"opening": 1}


def test_a_removed_message_never_joins_its_neighbours() -> None:
    tally = Tally()
    cut = said(2, MIRA, "", withheld="business")
    talk = (said(1, MIRA, "one"), cut, said(3, MIRA, "two"), said(4, OWNER, "yes"))
    [window] = of(exchanges(*talk, tally=tally))
    assert turns(window) == ["one\n\ntwo", "yes"]
    assert turns(window, prefixed=True) == ["user_mira: one\nuser_mira: two", "yes"]

    owners = (said(1, MIRA, "one"), said(2, OWNER, "a"), said(3, OWNER, "news", forwarded=True), said(4, OWNER, "b"))
    [window] = of(exchanges(*owners, tally=tally))
    assert turns(window)[-1] == "a"
    assert tally.left_out == {"business": 1, "forwarded": 1, "after_removed": 1}

    gone = (said(1, MIRA, "q1"), said(2, OWNER, "copied", forwarded=True), said(3, MIRA, "q2"), said(4, OWNER, "a2"))
    assert [turns(window) for window in of(exchanges(*gone))] == [["q2", "a2"]], "q1 was answered by what is gone"


def test_a_reply_answers_the_last_of_what_was_said() -> None:
    talk = [said(n, MIRA if n % 2 else OMAR, f"line {n}") for n in range(60)]
    [window] = of(exchanges(*talk, said(99, OWNER, "well", minutes=61)))
    assert [m.id for m in window.exchange.said] == list(range(60 - MOST_SAID, 60))


def test_length_is_in_tokens_and_the_oldest_goes_first() -> None:
    tally = Tally()
    talk = [said(n, OWNER if n % 2 else MIRA, "word " * 16) for n in range(12)]
    [*_, last] = of(exchanges(*talk), Room(8, 200, ruler(None)))
    assert [m.id for m in last.messages] == [6, 7, 8, 9, 10, 11], "three exchanges of 50 tokens in 160"
    long = [*(said(n, MIRA, "word " * 32) for n in range(8)), said(9, OWNER, "ok")]
    [cut] = of(exchanges(*long), Room(8, 200, ruler(None)), tally)
    assert [m.id for m in cut.exchange.said] == [5, 6, 7]
    assert not of(exchanges(said(1, MIRA, "q"), said(2, OWNER, "x" * 900)), Room(8, 200, ruler(None)), tally)
    assert tally.left_out == {"too_long": 1}


def test_the_tokenizer_of_the_base_model_counts(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"boat": 0, "bread": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert ruler(tmp_path / "tokenizer.json").lengths(["boat bread?", ""]) == [3, 0]
    assert ruler(tmp_path / "tokenizer.json").name == f"{tmp_path.name}/tokenizer.json"
    assert (ruler(None).lengths(["hello", "хлеб"]), ruler(None).name) == ([2, 2], ESTIMATE)
    with pytest.raises(Invalid, match="no tokenizer"):
        ruler(tmp_path / "nothing.json")


def test_a_thread_tells_its_language_by_what_is_said_to_the_owner() -> None:
    talk = [said(n, OWNER if n % 2 else MIRA, "да, хлеб готов" if n % 2 else "is the bread done") for n in range(6)]
    assert {window.language for window in of(exchanges(*talk))} == {"en"}


def test_conversations_that_go_on_at_once_are_no_context_of_each_other() -> None:
    one, two = exchanges(said(1, MIRA, "q1"), said(2, OWNER, "a1"), said(3, MIRA, "q2"), said(4, OWNER, "a2"))
    apart = of([one, replace(two, conversation=1)])
    assert [turns(window) for window in apart] == [["q1", "a1"], ["q2", "a2"]]
