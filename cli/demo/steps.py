"""The steps of the loop. Each does one thing through the services' APIs and says in a line what it did.

A step that finds its work done, because the demo ran before, says so and uses it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import choose, runs
from cli.commands import consent, dataset, imports, index
from cli.demo.plan import Plan
from cli.progress import follow
from cli.services import Services
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import PairRequest, PreferenceKind, PreferenceRequest
from shared.contracts.inference import ChatExtension
from shared.contracts.ingest import Dataset, DatasetRequest
from shared.contracts.retrieval import IndexRequest
from shared.contracts.trainer import AdapterState, Evaluation, Run, RunRequest, Stage
from shared.errors import GateRefused, NotFound

OWNER = "owner"
SPLITS = ("train", "val", "test")


@dataclass
class Loop:
    """The plan, the services, and what the steps so far have made."""

    plan: Plan
    services: Services
    fresh: bool = False
    dataset: Dataset | None = None
    indexing: str = ""
    adapters: list[str] = field(default_factory=list)
    evaluations: dict[str, Evaluation] = field(default_factory=dict)

    @property
    def persona(self) -> str:
        return self.plan.persona

    @property
    def adapter(self) -> str:
        """The newest adapter."""
        return self.adapters[-1]


async def import_export(loop: Loop) -> str:
    report = (await imports.run(loop.services, loop.plan.export)).report
    loop.fresh = bool(report.new or report.changed)
    masked = f"{sum(report.masked.values())} strings of {len(report.masked)} kinds masked"
    if not loop.fresh:
        return f"nothing new among {report.read:,} messages"
    return f"{report.read:,} messages of {report.chats} chats, {report.from_owner:,} the owner's; {masked}"


async def record_consents(loop: Loop) -> str:
    grants = consent.read_grants(loop.plan.consents)
    known = await loop.services.ingest.consents()
    recorded = await consent.record(loop.services, grants)
    earlier = {(c.person, c.chat, c.purpose) for c in known if c.revoked_at is None}
    new = [c for c in recorded if (c.person, c.chat, c.purpose) not in earlier]
    loop.fresh = loop.fresh or bool(new)
    return f"{len(grants)} contacts agreed to training and retrieval" + ("" if new else ", as recorded before")


async def build_dataset(loop: Loop) -> str:
    standing = None if loop.fresh else await _standing_dataset(loop)
    wanted = DatasetRequest(persona=loop.persona, canaries=loop.plan.canaries)
    loop.dataset = standing or await dataset.run(loop.services, wanted)
    splits = loop.dataset.statistics.splits if loop.dataset.statistics else {}
    counts = ", ".join(f"{splits[name].examples} {name}" for name in SPLITS if name in splits)
    return f"{loop.dataset.name}: {counts}" + (", as it stood" if standing else "")


async def measure_baseline(loop: Loop) -> str:
    run = await runs.run(loop.services, _request(loop, Stage.BASELINE, dataset=_dataset(loop).name))
    return f"the untuned model with a good prompt: told from the owner with AUC {_auc(run.metrics.get('base', {}))}"


async def fine_tune(loop: Loop) -> str:
    wanted = _request(loop, Stage.SFT, dataset=_dataset(loop).name, recipe=loop.plan.sft)
    return await _train(loop, wanted)


async def evaluate(loop: Loop) -> str:
    await runs.run(loop.services, _request(loop, Stage.EVALUATE, adapter=loop.adapter))
    evaluation = loop.evaluations[loop.adapter] = await loop.services.trainer.evaluation(loop.adapter)
    gate = (
        "the gate lets it pass" if evaluation.gate.passed else f"the gate refuses: {'; '.join(evaluation.gate.reasons)}"
    )
    return (
        f"told from the owner with AUC {_auc(evaluation.persona)}, the base model with {_auc(evaluation.base)}; {gate}"
    )


async def promote(loop: Loop) -> str:
    """Promote the newest adapter; a refusal is an answer, and the one before it goes on speaking."""
    live = [a for a in await loop.services.trainer.adapters(loop.persona) if a.state is AdapterState.LIVE]
    if live and loop.adapter in (live[0].name, live[0].parent):
        return f"{live[0].name} speaks for {loop.persona} already"
    try:
        promotion = await loop.services.trainer.promote(loop.adapter)
    except GateRefused as refusal:
        if not live:
            raise
        return f"refused, {live[0].name} goes on speaking: {refusal.message}"
    return f"{promotion.adapter} speaks for {promotion.persona}"


async def begin_index(loop: Loop) -> None:
    """Indexing needs no adapter, and has a worker of its own: it goes on beside the next steps."""
    loop.indexing = (await loop.services.retrieval.index(IndexRequest(persona=loop.persona))).id


async def finish_index(loop: Loop) -> str:
    return index.describe(await follow(loop.services.retrieval, loop.indexing, "Index"))


async def rewrite_replies(loop: Loop) -> str:
    """Where the persona answers otherwise than the owner really did, the owner's words stand as the rewrite.

    The conversations are those of the validation split: the evaluation is on others.
    """
    standing = await loop.services.feedback.statistics(loop.persona)
    if standing.rewrites >= loop.plan.rewrites and await _continued(loop):
        return f"{standing.rewrites} rewrites, as they stood"
    made = 0
    for example in _validation_examples(_dataset(loop)):
        *context, truth = [ChatMessage(**message) for message in example["messages"]]
        reply = await answer(loop, context)
        if reply and reply != truth.content:
            key = f"demo-{loop.adapter}-{example['id']}"
            await loop.services.feedback.compare(_rewrite(loop, key, context, truth.content, reply))
            made += 1
        if made == loop.plan.rewrites:
            break
    return f"{made} replies of {loop.adapter} rewritten with what the owner really answered"


async def train_on_preferences(loop: Loop) -> str:
    wanted = PreferenceRequest(persona=loop.persona, kind=PreferenceKind.DPO)
    preferences = await loop.services.feedback.build_dataset(wanted)
    standing = await _continued(loop)
    if standing:
        loop.adapters.append(standing)
        return f"{standing} continues {loop.adapters[-2]}, as it stood"
    run = _request(loop, Stage.DPO, adapter=loop.adapter, preferences=preferences.name, recipe=loop.plan.dpo)
    return f"{preferences.rows} pairs; {await _train(loop, run)}"


async def answer(loop: Loop, context: list[ChatMessage]) -> str:
    """What the persona says to a conversation that it is not to remember."""
    said = [message for message in context if message.role != "system"]
    apart = ChatExtension(retrieval=False, remember=False)
    return "".join([piece.text async for piece in loop.services.inference.stream(loop.persona, said, apart)]).strip()


async def await_persona(loop: Loop, seconds: float = 120) -> None:
    """Return when the gateway speaks for the persona.

    Raises:
        NotFound: it does not in time.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while loop.persona not in await loop.services.inference.personas():
        if asyncio.get_running_loop().time() > deadline:
            raise NotFound(f"The gateway does not speak for {loop.persona} after {seconds:g} s.")
        await asyncio.sleep(0.5)


async def _train(loop: Loop, wanted: RunRequest) -> str:
    before = {adapter.name for adapter in await loop.services.trainer.adapters(loop.persona)}
    run = await runs.run(loop.services, wanted)
    await runs.show_curve(loop.services, run)
    assert run.adapter is not None
    loop.adapters.append(run.adapter)
    merged = ", merged" if (await loop.services.trainer.adapter(run.adapter)).merged_path else ""
    return f"{run.adapter}{_figures(run)}{merged}" + (", as it stood" if run.adapter in before else "")


def _request(loop: Loop, stage: Stage, **about: Any) -> RunRequest:
    subject = "-".join(str(about[key]) for key in ("dataset", "adapter", "preferences") if key in about)
    settings = json.dumps(about.get("recipe") or {}, sort_keys=True)
    return RunRequest(stage=stage, persona=loop.persona, key=f"demo-{stage}-{subject}-{settings}", **about)


def _rewrite(loop: Loop, key: str, context: list[ChatMessage], chosen: str, rejected: str) -> PairRequest:
    about = {"key": key, "persona": loop.persona, "person": OWNER, "source": "rewrite"}
    return PairRequest(**about, context=context, chosen=chosen, rejected=rejected)


async def _standing_dataset(loop: Loop) -> Dataset | None:
    try:
        return await choose.dataset(loop.services, loop.persona, None)
    except NotFound:
        return None


async def _continued(loop: Loop) -> str | None:
    """The usable adapter that continues the newest one, when the demo ran before."""
    known = await loop.services.trainer.adapters(loop.persona)
    children = [a for a in known if a.parent == loop.adapter and a.state is not AdapterState.TAINTED]
    return max(children, key=lambda a: a.version).name if children else None


def _validation_examples(dataset: Dataset) -> list[dict[str, Any]]:
    assert dataset.path is not None
    with (Path(dataset.path) / "val.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _dataset(loop: Loop) -> Dataset:
    assert loop.dataset is not None
    return loop.dataset


def _auc(figures: dict[str, float]) -> str:
    return f"{figures['auc']:.2f}" if "auc" in figures else "?"


def _figures(run: Run) -> str:
    """What a training run did to the loss on conversations that it did not learn from, where it measured that."""
    steps, before, after = (run.metrics.get(key) for key in ("steps", "eval_loss_before", "eval_loss"))
    told = [f"{steps} steps"] if steps else []
    if before is not None and after is not None:
        told.append(f"loss on unseen conversations {before:.2f} -> {after:.2f}")
    return f" ({', '.join(told)})" if told else ""
