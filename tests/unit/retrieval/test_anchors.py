"""Anchors are typical, and unlike each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from services.retrieval.anchors import ENOUGH, central, spread, typical, voice


def unit(rows: list[list[float]]) -> npt.NDArray[np.float32]:
    vectors = np.array(rows, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_very_short_and_very_long_replies_are_not_typical() -> None:
    replies = [
        "ok",
        "ach no.. tomorrow maybe",
        "righto captain.. bread first",
        "word " * 60,
        "hehe kevin took it again",
    ]
    assert typical(replies) == [1, 2, 4]


def test_masked_and_repeated_replies_are_left_out() -> None:
    replies = ["call me at <phone> then", "the bread is done", "The Bread Is Done", "kevin is a bird"]
    assert typical(replies) == [1, 3]


def test_nothing_to_choose_from() -> None:
    assert typical([]) == []
    nothing = np.zeros((0, 4), dtype=np.float32)
    assert spread(nothing, central(nothing), 3) == []
    assert spread(nothing, nothing[:, 0], 3, beside=unit([[1, 0, 0, 0]])) == []


def test_first_the_most_central_then_the_other_topic() -> None:
    bread = [[1, 0.1, 0], [1, 0, 0.1], [1, 0, 0]]
    boats = [[0.4, 1, 0]]
    vectors = unit(bread + boats)
    assert spread(vectors, central(vectors), 2) == [0, 3]


def test_an_outlier_is_not_taken_for_style() -> None:
    crowd = [[1, 0.3, 0, 0], [1, -0.3, 0, 0], [1, 0, 0.3, 0], [1, 0, -0.3, 0]] * 3
    outlier = [[-1, 0, 0, 0.2]]
    vectors = unit(crowd + outlier)
    assert 12 not in spread(vectors, central(vectors), 4)


@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_as_many_as_asked_for_each_once(rows: int, count: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(rows, 8)).astype(np.float32)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if rows else vectors
    chosen = spread(vectors, np.zeros(rows, dtype=np.float32), count)
    assert len(chosen) == len(set(chosen)) == min(rows, count)


def test_nothing_like_what_stands_beside_them() -> None:
    vectors, alike = unit([[1, 0.1], [0.1, 1]]), np.ones(2, dtype=np.float32)
    assert spread(vectors, alike, 1) == [0]
    assert spread(vectors, alike, 1, beside=unit([[1, 0]])) == [1]


def test_the_most_own_voice_ranks_first() -> None:
    own = [f"ach righto captain.. loaf {n}" for n in range(ENOUGH)]
    plain = [f"The committee would like to thank member {n}" for n in range(ENOUGH + 1)]
    found = voice([*own, plain[-1]], [*plain[:-1], ""])
    assert found is not None
    assert (found.min(), found.max(), int(found.argmin())) == (0, 1, ENOUGH)
    assert voice(own, plain[: ENOUGH - 1]) is None


def test_who_speaks_in_a_group_is_no_style() -> None:
    own = [f"ach righto captain.. loaf {n}" for n in range(ENOUGH)]
    plain = [f"The committee would like to thank member {n}" for n in range(ENOUGH)]
    named = [f"user_0a1b{n:02}: {text}" for n, text in enumerate(plain)]
    assert (voice(own, named) == voice(own, plain)).all()  # type: ignore[union-attr]
