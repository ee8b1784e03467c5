from __future__ import annotations

import random

import pytest

from shared.style import FOLDS, StyleClassifier, likeness

PLAIN = "The committee would like to thank everybody for attending yesterday and will answer questions"
OWN = "ach righto captain.. hehe rusty bread boat oof ahoi kevin loaves crumb water"


def sentences(vocabulary: str, count: int, seed: int = 0) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choices(vocabulary.split(), k=8)) for _ in range(count)]


def test_the_style_classifier_knows_the_owner_on_new_text() -> None:
    classifier = StyleClassifier(sentences(OWN, 60), sentences(PLAIN, 60))
    assert classifier.score(sentences(OWN, 20, seed=2)) > 0.8
    assert classifier.score(sentences(PLAIN, 20, seed=2)) < 0.2


def test_what_the_owner_said_as_others_do_is_least_like_the_owner() -> None:
    """A classifier that had seen it would know whose it is."""
    owner = [*sentences(OWN, 40), *sentences(PLAIN, 2, seed=5)]
    found = likeness(owner, sentences(PLAIN, 40))
    assert found.shape == (42,)
    assert sorted(range(42), key=found.__getitem__)[:2] in ([40, 41], [41, 40])
    assert found[:40].min() > 0.5 > found[40:].max()


def test_the_same_texts_always_score_the_same() -> None:
    one, other = sentences(OWN, 20), sentences(PLAIN, 20)
    assert (likeness(one, other) == likeness(one, other)).all()


def test_too_little_to_learn_from() -> None:
    with pytest.raises(ValueError, match="At least 5"):
        likeness(sentences(OWN, FOLDS), sentences(PLAIN, FOLDS - 1))
