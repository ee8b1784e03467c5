"""Who wrote this? Character n-grams and logistic regression, the usual and hard to beat baseline of authorship
attribution (Stamatatos 2013, "On the robustness of authorship attribution based on character n-gram features")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

#: Parts that a corpus is cut into, each scored by a classifier that was fitted on the others.
FOLDS = 5


def classifier() -> Pipeline:
    """One that is not fitted."""
    # Imported late: it takes a second, and services ask who wrote something only while they work through a corpus.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    features = TfidfVectorizer(analyzer="char", ngram_range=(2, 5), lowercase=False, sublinear_tf=True, min_df=2)
    return make_pipeline(features, LogisticRegression(C=10, class_weight="balanced", max_iter=2000))


class StyleClassifier:
    """Tells the owner's bursts from everybody else's: contacts' and the base model's."""

    def __init__(self, owner: Sequence[str], others: Sequence[str]) -> None:
        self._model = classifier().fit(*_labelled(owner, others))

    def score(self, texts: Sequence[str]) -> float:
        """Mean probability (0 to 1) that the owner wrote them."""
        return float(self._model.predict_proba(np.array(texts, dtype=object))[:, 1].mean())


def likeness(owner: Sequence[str], others: Sequence[str]) -> npt.NDArray[np.float32]:
    """How much like the owner each of the owner's texts is: the probability (0 to 1) that the owner wrote it, by
    classifiers that have not seen it. One that has seen a text knows it by heart.

    Raises:
        ValueError: fewer than ``FOLDS`` texts on a side.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    if min(len(owner), len(others)) < FOLDS:
        raise ValueError(f"At least {FOLDS} texts of either side are needed.")
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    found = cross_val_predict(classifier(), *_labelled(owner, others), cv=folds, method="predict_proba")
    return np.asarray(found[: len(owner), 1], dtype=np.float32)


def _labelled(owner: Sequence[str], others: Sequence[str]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    return np.array([*owner, *others], dtype=object), np.array([1] * len(owner) + [0] * len(others))
