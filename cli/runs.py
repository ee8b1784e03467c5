"""Runs of the trainer, one after the other: what `anselm train`, `anselm evaluate` and the demo have in common."""

from __future__ import annotations

from cli.console import say
from cli.progress import follow
from cli.services import Services
from cli.sparkline import sparkline
from shared.contracts.jobs import JobState
from shared.contracts.trainer import Evaluation, Run, RunRequest, Stage
from shared.errors import AnselmError

TITLES = {
    Stage.BASELINE: "Baseline",
    Stage.SFT: "Fine-tuning",
    Stage.MERGE: "Merging",
    Stage.EVALUATE: "Evaluation",
    Stage.DPO: "Preference training (DPO)",
    Stage.KTO: "Preference training (KTO)",
}


async def run(services: Services, request: RunRequest) -> Run:
    """Start a run and wait until it has succeeded; one that the same key started before is not started again.

    Raises:
        AnselmError: it failed, or was cancelled. The next try with the same key starts it anew.
    """
    begun = await services.trainer.start(request)
    while request.key and begun.state in (JobState.FAILED, JobState.CANCELLED):
        request = request.model_copy(update={"key": f"{request.key}-after-{begun.id}"})
        begun = await services.trainer.start(request)
    if not begun.state.ended:
        await follow(services.trainer, begun.id, TITLES[request.stage])
    done = await services.trainer.run(begun.id)
    if done.error:
        raise AnselmError(done.error, hint=f"This was run {done.id}.")
    return done


async def evaluate(services: Services, persona: str, adapter: str) -> Evaluation:
    await run(services, RunRequest(stage=Stage.EVALUATE, persona=persona, adapter=adapter))
    return await services.trainer.evaluation(adapter)


async def show_curve(services: Services, run: Run) -> None:
    """The loss of a run in one line, and whether it ended early."""
    points = [point.values["loss"] for point in await services.trainer.metrics(run.id) if "loss" in point.values]
    if len(points) > 1:
        say(f"loss {points[0]:.3f} {sparkline(points)} {points[-1]:.3f}")
    if stopped := run.metrics.get("stopped_early"):
        say(stopped)
