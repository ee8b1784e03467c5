"""How easily generated replies are told from real ones."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from shared.style import FOLDS, classifier

REPEATS = 4


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
        model = classifier().fit(texts[train], labels[train])
        scores[test] = model.decision_function(texts[test])
    return scores
