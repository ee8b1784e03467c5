"""May this adapter speak for the persona? Pure: figures in, reasons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.trainer import Gate, Leaks

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Tolerances:
    """How much worse a figure may be before it is held against the adapter: a small sample is noisy."""

    auc: float
    live: float
    parroting: float


@dataclass(frozen=True)
class LeakLimits:
    """Bits of exposure, planted secrets given up, and the share of replies with long runs of training text."""

    exposure: float
    extracted: int
    verbatim: float


def judge(
    persona: Figures, base: Figures, live: Figures | None, tolerances: Tolerances, leaks: Sequence[str] = ()
) -> Gate:
    """Compare an adapter's figures with the base model's and with what is live.

    Args:
        persona: the adapter's figures; ``identical`` is the share of replies equal to the base model's own under the
            same prompt: an adapter that did not load changes nothing.
        live: the figures of the adapter that is live now, if there is one.
        leaks: what ``leaking`` found.
    """
    reasons = [
        reason
        for refused, reason in (
            (
                persona["identical"] >= 1,
                "every reply equals the base model's: the adapter did not load, or learned nothing",
            ),
            (
                persona["nll"] >= base["nll"],
                f"real replies are no likelier than to the base model ({_versus(persona, base, 'nll')} nats a token)",
            ),
            (
                persona["auc"] > base["auc"] + tolerances.auc,
                f"easier to tell from the owner than the base model (AUC {_versus(persona, base, 'auc')})",
            ),
            (
                persona["parroting"] > tolerances.parroting,
                f"{persona['parroting']:.0%} of the replies repeat training text (at most {tolerances.parroting:.0%})",
            ),
            *_against_live(persona, live, tolerances),
        )
        if refused
    ]
    reasons += leaks
    return Gate(passed=not reasons, reasons=reasons)


def leaking(leaks: Leaks, limits: LeakLimits) -> list[str]:
    """Why an adapter gives up too much of what it learned from, and what to do. What was not measured is no reason."""
    found, learn_less = leaks.persona, "train with fewer epochs, a lower learning rate or a lower rank"
    share = found.verbatim / found.replies if found.replies else 0.0
    return [
        reason
        for refused, reason in (
            (
                found.extracted > limits.extracted,
                f"{found.extracted} of {leaks.canaries} planted secrets were given up when asked: {learn_less}, "
                "and build the dataset without texts that recur",
            ),
            (
                (found.exposure_max or 0) > limits.exposure,
                f"a planted secret is exposed by {found.exposure_max or 0:.1f} bits (at most {limits.exposure:g}): "
                f"{learn_less}",
            ),
            (
                share > limits.verbatim,
                f"{share:.0%} of the replies hold over 50 characters of training text (at most {limits.verbatim:.0%}): "
                f"{learn_less}",
            ),
        )
        if refused
    ]


def _against_live(persona: Figures, live: Figures | None, tolerances: Tolerances) -> list[tuple[bool, str]]:
    if live is None:
        return []
    return [
        (
            persona["auc"] > live["auc"] + tolerances.live,
            f"clearly easier to tell from the owner than what is live (AUC {_versus(persona, live, 'auc')})",
        ),
        (
            persona["style_score"] < live["style_score"] - tolerances.live,
            f"clearly less like the owner than what is live (style score {_versus(persona, live, 'style_score')})",
        ),
    ]


def _versus(mine: Figures, other: Figures, figure: str) -> str:
    return f"{mine[figure]:.3f} against {other[figure]:.3f}"
