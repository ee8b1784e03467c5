"""Who wrote this? Character n-grams and logistic regression, the usual and hard to beat baseline of authorship
attribution (Stamatatos 2013, "On the robustness of authorship attribution based on character n-gram features")."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline

FOLDS, REPEATS = 5, 4


def _classifier() -> Pipeline:
    features = TfidfVectorizer(analyzer="char", ngram_range=(2, 5), lowercase=False, sublinear_tf=True, min_df=2)
    return make_pipeline(features, LogisticRegression(C=10, class_weight="balanced", max_iter=2000))


def telling_apart_auc(real: Sequence[str], generated: Sequence[str]) -> float:
    """Cross-validated AUC of a fresh classifier that tells real replies from generated ones: 1 is obvious, 0.5 a guess.

    ``real[i]`` and ``generated[i]`` answer the same message, and share a fold: what they are about must not help.
    Averaged over several splits into folds, since a hundred replies make a single one noisy.

    Raises:
        ValueError: fewer than ``FOLDS`` pairs.
    """
    labels = [1] * len(real) + [0] * len(generated)
    return fmean(float(roc_auc_score(labels, scores)) for scores in telling_apart_scores(real, generated))


def telling_apart_scores(real: Sequence[str], generated: Sequence[str]) -> list[np.ndarray]:
    """For each split into folds, how much like the owner's each text looks to a classifier that has not seen it:
    (real and generated,), the real ones first."""
    texts = np.array([*real, *generated], dtype=object)
    labels = np.array([1] * len(real) + [0] * len(generated))
    groups = np.array([*range(len(real)), *range(len(generated))])
    return [_unseen_scores(texts, labels, groups, seed) for seed in range(REPEATS)]


def _unseen_scores(texts: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    scores = np.zeros(len(texts))
    for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(texts, labels, groups):
        model = _classifier().fit(texts[train], labels[train])
        scores[test] = model.decision_function(texts[test])
    return scores


class StyleClassifier:
    """Tells the owner's bursts from everybody else's: contacts' and the base model's."""

    def __init__(self, owner: Sequence[str], others: Sequence[str]) -> None:
        texts = np.array([*owner, *others], dtype=object)
        self._model = _classifier().fit(texts, np.array([1] * len(owner) + [0] * len(others)))

    def score(self, texts: Sequence[str]) -> float:
        """Mean probability (0 to 1) that the owner wrote them."""
        return float(self._model.predict_proba(np.array(texts, dtype=object))[:, 1].mean())
