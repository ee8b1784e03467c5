"""Reciprocal rank fusion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.retrieval.ranking import K, fuse

rankings = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=4)


def test_scores_are_those_of_the_paper() -> None:
    fused = dict(fuse(["a", "b"], ["b", "c"]))
    assert fused["b"] == pytest.approx(1 / (K + 2) + 1 / (K + 1))
    assert fused["a"] == pytest.approx(1 / (K + 1))
    assert fused["c"] == pytest.approx(1 / (K + 2))


def test_what_both_rankings_have_comes_first() -> None:
    assert next(item for item, _ in fuse(["a", "b", "c"], ["d", "b", "e"])) == "b"


def test_of_equal_scores_the_earlier_ranking_wins() -> None:
    assert [item for item, _ in fuse(["vector"], ["text"])] == ["vector", "text"]


@given(rankings)
def test_every_item_once_best_first(given: list[list[str]]) -> None:
    fused = fuse(*given)
    assert {item for item, _ in fused} == {item for ranking in given for item in ranking}
    assert len({item for item, _ in fused}) == len(fused)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@given(rankings)
def test_a_ranking_without_rivals_keeps_its_order(given: list[list[str]]) -> None:
    for ranking in given:
        assert [item for item, _ in fuse(ranking)] == ranking
