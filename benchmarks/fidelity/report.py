"""The table of what was measured, and the figures under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.fidelity.intervals import Figure, Voice, figure
from benchmarks.fidelity.jobs import BASE, Measured
from benchmarks.fidelity.variants import OURS, PEER, PEER_PAIRING

#: Persona -> variant -> outcomes, a seed each.
Results = Mapping[str, Mapping[str, Sequence[Measured]]]

#: What the figures under the table are called, by variant.
FIGURES = {BASE: "base", OURS.name: "persona", PEER.name: "peer_pairing", PEER_PAIRING.name: "peer_pairing_our_recipe"}


#: What training takes, as a run's details call it.
TAKEN = ("rows", "tokens", "carrying", "steps", "train_cpu_s")


def table(results: Results) -> str:
    """A line a persona and variant; intervals are of 95 %."""
    lines = [f"{'':9} {'':18} {'seeds':>5} {'loss':>22} {'lower than base by':>24} {'AUC':>22}"]
    for persona, variants in results.items():
        voices = _voices(variants)
        base = voices.get(BASE)
        for name, voice in voices.items():
            loss, auc = figure(voice.loss), figure(voice.auc)
            drop = "" if base is None or name == BASE else _percent(loss_drop(base, voice))
            lines.append(f"{persona:9} {name:18} {len(voice.nats):5} {_shown(loss):>22} {drop:>24} {_shown(auc):>22}")
    return "\n".join(lines)


def figures(results: Results) -> dict[str, float]:
    found: dict[str, float] = {}
    for persona, variants in results.items():
        voices = _voices(variants)
        for name, told in FIGURES.items():
            if name in voices:
                found |= _spread(f"auc_{told}_{persona}", figure(voices[name].auc))
        if BASE in voices:
            for name, key in ((OURS.name, "loss_drop"), (PEER.name, "loss_drop_peer_pairing")):
                if name in voices:
                    found |= _spread(f"{key}_{persona}", loss_drop(voices[BASE], voices[name]))
    return found


def loss_drop(base: Voice, voice: Voice) -> Figure:
    """By how much, of the base's loss, the voice's is lower."""
    return figure(lambda draw: 1 - voice.loss(draw) / base.loss(draw))


def runs(results: Results) -> str:
    """What training took, by variant: means over personas and seeds."""
    lines = [f"{'':18} {'conversations':>13} {'tokens read':>11} {'carrying loss':>13} {'steps':>6} {'CPU s':>6}"]
    for name in dict.fromkeys(name for variants in results.values() for name in variants if name != BASE):
        details = [each.details for variants in results.values() for each in variants.get(name, ())]
        means = [sum(each[key] for each in details) / len(details) for key in TAKEN]
        lines.append(f"{name:18} {means[0]:13.0f} {means[1]:11.0f} {means[2]:13.0f} {means[3]:6.0f} {means[4]:6.0f}")
    return "\n".join(lines)


def _voices(variants: Mapping[str, Sequence[Measured]]) -> dict[str, Voice]:
    return {name: Voice.of([each.outcome for each in measured]) for name, measured in variants.items() if measured}


def _spread(name: str, found: Figure) -> dict[str, float]:
    values = {name: found.value, f"{name}_lo": found.lo, f"{name}_hi": found.hi}
    return {key: round(value, 4) for key, value in values.items()}


def _shown(found: Figure) -> str:
    return f"{found.value:.3f} ({found.lo:.3f}..{found.hi:.3f})"


def _percent(found: Figure) -> str:
    return f"{found.value:.1%} ({found.lo:.1%}..{found.hi:.1%})"
