"""What feedback teaches, decided by pure functions."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.feedback.preferences import Compared, Label, Pair, Rated, labels, pairs
from shared.contracts.base import ChatMessage


def prompt(text: str) -> tuple[ChatMessage, ...]:
    return (ChatMessage(role="user", content=text),)


BREAD, BOAT = prompt("is there bread?"), prompt("how is the boat?")


def rated(id_: str, text: str, liked: bool, *, about: tuple[ChatMessage, ...] = BREAD) -> Rated:
    return Rated(id_, about, text, liked)


def compared(id_: str, chosen: str, rejected: str, *, rewrite: bool = False) -> Compared:
    return Compared(id_, BREAD, chosen, rejected, rewrite)


def test_a_comparison_is_a_pair_and_no_label() -> None:
    choice = compared("c", "2 loaves captain", "Yes, there is bread.")
    assert pairs([], [choice]) == [Pair(BREAD, "2 loaves captain", "Yes, there is bread.", ("c",))]
    assert labels([], [choice]) == []


def test_a_lone_rating_is_a_label_and_no_pair() -> None:
    ratings = [rated("a", "ahoi", True), rated("b", "Hello!", False, about=BOAT)]
    assert pairs(ratings, []) == []
    assert labels(ratings, []) == [Label(BREAD, "ahoi", True, ("a",)), Label(BOAT, "Hello!", False, ("b",))]


def test_a_rewrite_is_both() -> None:
    choice = compared("r", "ach no.. tomorrow", "No, sorry.", rewrite=True)
    assert pairs([], [choice]) == [Pair(BREAD, "ach no.. tomorrow", "No, sorry.", ("r",))]
    assert labels([], [choice]) == [
        Label(BREAD, "ach no.. tomorrow", True, ("r",)),
        Label(BREAD, "No, sorry.", False, ("r",)),
    ]


def test_opposite_verdicts_on_two_replies_make_a_pair_and_no_labels() -> None:
    ratings = [rated("a", "2 loaves", True), rated("b", "Certainly!", False)]
    assert pairs(ratings, []) == [Pair(BREAD, "2 loaves", "Certainly!", ("a", "b"))]
    assert labels(ratings, []) == []


def test_opposite_verdicts_on_replies_to_different_messages_do_not() -> None:
    assert pairs([rated("a", "2 loaves", True), rated("b", "Certainly!", False, about=BOAT)], []) == []


def test_every_liked_reply_with_every_disliked_one() -> None:
    ratings = [rated("a", "one", True), rated("b", "two", True), rated("c", "three", False), rated("d", "four", False)]
    assert {(p.chosen, p.rejected) for p in pairs(ratings, [])} == {
        ("one", "three"),
        ("one", "four"),
        ("two", "three"),
        ("two", "four"),
    }


def test_the_majority_counts() -> None:
    ratings = [rated("a", "ahoi", True), rated("b", "ahoi", True), rated("c", "ahoi", False)]
    assert labels(ratings, []) == [Label(BREAD, "ahoi", True, ("a", "b"))]


def test_a_tie_teaches_nothing() -> None:
    assert labels([rated("a", "ahoi", True), rated("b", "ahoi", False)], []) == []
    assert pairs([], [compared("a", "x", "y"), compared("b", "y", "x")]) == []


def test_the_same_choice_twice_is_one_row_with_both_sources() -> None:
    assert pairs([], [compared("a", "x", "y"), compared("b", "x", "y")]) == [Pair(BREAD, "x", "y", ("a", "b"))]


def test_a_rating_of_a_rewritten_reply_supports_its_label() -> None:
    found = labels([rated("a", "No, sorry.", False)], [compared("r", "ach no..", "No, sorry.", rewrite=True)])
    assert Label(BREAD, "No, sorry.", False, ("a", "r")) in found


def test_rows_are_in_trl_format() -> None:
    assert Pair(BREAD, "x", "y", ("a",)).trl() == {
        "prompt": [{"role": "user", "content": "is there bread?"}],
        "chosen": [{"role": "assistant", "content": "x"}],
        "rejected": [{"role": "assistant", "content": "y"}],
    }
    assert Label(BREAD, "x", False, ("a",)).trl() == {
        "prompt": [{"role": "user", "content": "is there bread?"}],
        "completion": [{"role": "assistant", "content": "x"}],
        "label": False,
    }


ratings_of_all_kinds = st.lists(
    st.builds(Rated, st.uuids().map(str), st.sampled_from([BREAD, BOAT]), st.sampled_from("abc"), st.booleans()),
    max_size=8,
)


@given(ratings_of_all_kinds)
def test_no_rating_is_used_for_both_and_no_text_against_itself(ratings: list[Rated]) -> None:
    in_pairs = {source for row in pairs(ratings, []) for source in row.sources}
    in_labels = {source for row in labels(ratings, []) for source in row.sources}
    assert not in_pairs & in_labels
    assert all(row.chosen != row.rejected for row in pairs(ratings, []))


@given(ratings_of_all_kinds.filter(lambda ratings: len(ratings) < 5))
def test_the_order_of_feedback_changes_the_order_of_rows_only(ratings: list[Rated]) -> None:
    def content(given: tuple[Rated, ...]) -> set[tuple[object, ...]]:
        return {(row.prompt, row.chosen, row.rejected, frozenset(row.sources)) for row in pairs(given, [])}

    assert len({frozenset(content(order)) for order in permutations(ratings)}) == 1
