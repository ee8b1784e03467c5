"""How faithful is a persona? ``make bench NAME=fidelity`` (needs ANSELM_TEST_DATA).

Every variant learns on the same budget of tokens with the same seeds, and is measured on the same real replies that
nobody learned from: how surprising it finds them (nats a token), and how well its own replies are told from them (AUC).
Beside it the untuned model with the best prompt that we can write, and the rule of the best-known peer.

What was measured is kept, and not measured again: an interrupted benchmark goes on where it was.

``--ablations``: every other choice as well, with one seed and a smaller budget. ``--quick``: one persona, a few steps.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from benchmarks.fidelity import report
from benchmarks.fidelity.jobs import BASE, Job, Measured, keep, kept, planned
from benchmarks.fidelity.measuring import Size
from benchmarks.fidelity.personas import PERSONAS
from benchmarks.fidelity.variants import ABLATIONS, HEADLINE, OURS, VARIANTS
from services.trainer import base_model
from services.trainer.settings import TrainerSettings
from shared.errors import AnselmError
from shared.settings import default_home


@dataclass(frozen=True)
class Plan:
    """How much is measured. Budgets are in tokens read in training."""

    seeds: int
    budget: int
    size: Size


#: About an hour of one core.
WHOLE = Plan(3, 12_000, Size(48, 40))
#: Differences between neighbours are small: one seed of each shows the large ones.
ABLATED = Plan(1, 8_000, Size(48, 40))
QUICK = Plan(1, 600, Size(6, 6))


def main() -> None:
    given = _arguments()
    plan, folder = _plan(given), given.cache
    model = TrainerSettings().base_model
    jobs = list(planned(model, _variants(given), given.personas, plan.seeds, plan.budget, plan.size))
    if not given.so_far:
        try:
            _measure(jobs, folder)
        except AnselmError as error:
            raise SystemExit(f"error: {error}") from None
    results: dict[str, dict[str, list[Measured]]] = {}
    for job in jobs:
        if found := kept(job, folder):
            results.setdefault(job.persona, {}).setdefault(job.variant, []).append(found)
    print(report.table(results))
    print(report.runs(results))
    print(json.dumps({"bench": "fidelity", "figures": report.figures(results)}))


def _measure(jobs: Sequence[Job], folder: Path) -> None:
    missing = [job for job in jobs if kept(job, folder) is None]
    if not missing:
        return
    from benchmarks.fidelity import laboratory

    with tqdm(total=len(jobs), initial=len(jobs) - len(missing), unit="run", smoothing=0) as bar:
        location = base_model.prepare(TrainerSettings(), missing[0].model)
        bench = laboratory.Laboratory(location, folder, lambda what, n, of: bar.set_postfix_str(f"{what} {n}/{of}"))
        for job in missing:
            bar.set_description(f"{job.persona} {job.variant} {job.seed}")
            if kept(job, folder) is None:  # another process may have been faster
                keep(job, folder, bench.measured(job))
            bar.update()


def _plan(given: argparse.Namespace) -> Plan:
    plan = QUICK if given.quick else ABLATED if given.ablations else WHOLE
    return Plan(given.seeds or plan.seeds, given.budget or plan.budget, plan.size)


def _variants(given: argparse.Namespace) -> list[str]:
    if given.variants:
        return list(given.variants)
    if given.quick:
        return [BASE, OURS.name]
    chosen = (*HEADLINE, *ABLATIONS) if given.ablations else HEADLINE
    return [BASE, *(variant.name for variant in chosen)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="one persona and a few steps: does it work?")
    add("--ablations", action="store_true", help="compare every choice, with a smaller budget")
    add("--so-far", action="store_true", help="measure nothing, and print what is there")
    add("--personas", nargs="+", choices=PERSONAS, help="all, unless given")
    add("--variants", nargs="+", choices=[BASE, *VARIANTS], help="those of the mode, unless given")
    add("--seeds", type=int, help="runs of each")
    add("--budget", type=int, help="tokens read in training by each run")
    add("--cache", type=Path, default=default_home() / "benchmarks" / "fidelity", help="where outcomes are kept")
    given = parser.parse_args()
    given.personas = given.personas or (PERSONAS[-1:] if given.quick else PERSONAS)
    return given


if __name__ == "__main__":
    main()
