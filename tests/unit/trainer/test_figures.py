from __future__ import annotations

import random

import pytest

from services.trainer.parroting import parroting_rate
from services.trainer.style import telling_apart_auc
from services.trainer.surface import surface_style

PLAIN = "The committee would like to thank everybody for attending yesterday and will answer questions"
OWN = "ach righto captain.. hehe rusty bread boat oof ahoi kevin loaves crumb water"


def sentences(vocabulary: str, count: int, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choices(vocabulary.split(), k=8)) for _ in range(count)]


def test_different_voices_are_told_apart_and_the_same_voice_is_not() -> None:
    assert telling_apart_auc(sentences(OWN, 40), sentences(PLAIN, 40)) > 0.99
    assert telling_apart_auc(sentences(OWN, 60), sentences(OWN, 60, seed=1)) == pytest.approx(0.5, abs=0.15)


def test_copying_the_owner_word_for_word_cannot_be_told() -> None:
    same = sentences(OWN, 40)
    assert telling_apart_auc(same, same) == pytest.approx(0.5, abs=0.05)


def test_surface_style() -> None:
    style = surface_style(["ach.. no\nask kevin 🐦", "Right."])
    assert style["length"] == pytest.approx((len("ach.. no\nask kevin 🐦") + 6) / 2)
    assert style["bubbles"] == 1.5
    assert style["words"] == 2.5
    assert style["emoji"] == 0.5
    assert style["end_punctuation"] == 0.5
    assert style["lower_case"] == pytest.approx((1 + 4 / 5) / 2)
    assert surface_style([])["length"] == 0


def test_parroting_counts_runs_of_words_whatever_their_case_and_punctuation() -> None:
    training = ["we left the harbour at six and saw nothing but fog"]
    assert (
        parroting_rate(["Yes: LEFT the harbour, at six and saw it", "ahoi", "we left the harbour"], training) == 1 / 3
    )
    assert parroting_rate([], training) == 0
