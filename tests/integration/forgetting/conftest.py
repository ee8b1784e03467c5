"""Ingest, retrieval, feedback and the trainer, each on a socket of its own, full of what somebody left everywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from cli.stack.ports import free_port
from services.bot.shown import Shown, ShownReplies
from services.feedback.app import create_app as feedback_app
from services.ingest.api import builder
from services.ingest.app import create_app as ingest_app
from services.ingest.building import build_dataset
from services.ingest.forgetting.outbox import deliver
from services.ingest.forgetting.withdrawing import withdrawal_of
from services.ingest.importing import import_export
from services.ingest.keys import load_keys
from services.ingest.settings import IngestSettings
from services.ingest.stage import Stage
from services.retrieval import memory
from services.retrieval.app import create_app as retrieval_app
from services.retrieval.indexing import Indexer
from services.retrieval.settings import RetrievalSettings
from services.trainer.app import create_app as trainer_app
from services.trainer.planning import make_plan
from services.trainer.recording import record
from services.trainer.run_folder import RunFolder
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.clients.feedback import FeedbackClient
from shared.clients.ingest import IngestClient
from shared.clients.retrieval import RetrievalClient
from shared.clients.trainer import TrainerClient
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import PairRequest, PreferenceKind, PreferenceRequest, RatingRequest, Reply, Verdict
from shared.contracts.ingest import ConsentGrant, DatasetRequest
from shared.contracts.jobs import JobState
from shared.contracts.retrieval import REMEMBER_TASK, IndexRequest, Turn
from shared.contracts.trainer import RunRequest
from shared.contracts.trainer import Stage as TrainingStage
from shared.database import Database
from shared.jobs import JobBoard, JobReporter
from shared.queue import enqueue, make_queue
from shared.sealing import Place, Seal
from shared.settings import Settings
from tests.integration.ingest.conftest import EXAMPLES, SAMPLE
from tests.peers.embedder import WordEmbedder
from tests.peers.listening import listening

PERSONA, TESTER = "anselm", "telegram-4711004711"
FIGURES = {"auc": 0.6, "nll": 3.0, "style_score": 0.7, "parroting": 0.0, "identical": 0.0}


@dataclass
class House:
    """The four services from outside, and their work done by hand."""

    settings: Settings
    ingest: IngestClient
    retrieval: RetrievalClient
    feedback: FeedbackClient
    trainer: TrainerClient
    database: Database
    redis: Redis
    logs: list[str]

    @property
    def log(self) -> str:
        return "\n".join(self.logs)

    def ingest_settings(self) -> IngestSettings:
        return IngestSettings(_env_file=None, **self.settings.model_dump(), forget_patience=20)

    def stage(self, job: str, kind: str) -> Stage:
        own = self.ingest_settings()
        return Stage(own, self.database, load_keys(own.key_file), JobReporter(JobBoard.of(own), job, kind))

    async def import_sample(self) -> None:
        queued = await self.ingest.upload(SAMPLE, consent=True)
        await import_export(self.stage(queued.id, "import"), queued.id)

    async def import_export(self, export: dict[str, Any]) -> None:
        queued = await self.ingest.send("result.json", iter([json.dumps(export).encode()]), consent=True)
        await import_export(self.stage(queued.id, "import"), queued.id)

    async def grant(self) -> None:
        for grant in json.loads((EXAMPLES / "anselm" / "consents.json").read_text()):
            await self.ingest.grant(ConsentGrant.model_validate(grant))

    async def upload_once_more(self) -> None:
        """An import that waits, with its file."""
        await self.ingest.send("Mira Okafor.json", iter([SAMPLE.read_bytes(), b"\n"]), consent=True)

    async def build(self, name: str | None = None) -> str:
        name = name or (await self.ingest.build_dataset(DatasetRequest(persona=PERSONA))).name
        await build_dataset(self.stage(name, "dataset"), name)
        built = await self.ingest.dataset(name)
        assert built.state == JobState.DONE, built.error
        return name

    async def index(self) -> None:
        own = RetrievalSettings(_env_file=None, **self.settings.model_dump())
        indexer = Indexer(
            self.database, self.ingest, WordEmbedder(), JobReporter(JobBoard.of(self.settings), "index-1", "index"), 200
        )
        await indexer.index(IndexRequest(persona=PERSONA))
        assert own.embedding_model

    async def train(self, dataset: str) -> str:
        """An adapter as a stage leaves it, without the training; and an evaluation that quotes the dataset."""
        own = TrainerSettings(_env_file=None, **self.settings.model_dump())
        examples = json.loads((own.anselm_home / "datasets" / dataset / "sft_data.json").read_text())["train"]
        run = await self.trainer.start(RunRequest(stage=TrainingStage.SFT, persona=PERSONA, dataset=dataset))
        folder = RunFolder(own.runs_folder / run.id)
        plan = await make_plan(own, self.database, self.ingest, run.id)
        folder.create(plan)
        folder.log.write_text(json.dumps(examples))
        assert plan.output
        for kind in ("adapters", "merged"):
            with ArtifactStore(own.anselm_home / kind).write(plan.output, {"dataset": dataset}) as made:
                (made / "adapter_model.safetensors").write_bytes(b"weights")
        folder.write_result({"digest": "0" * 64, "merged": True, "eval_loss": 2.0})
        (folder.work / "train.jsonl").write_text(json.dumps(examples))
        await record(own, self.database, run.id, folder)
        await self._evaluate(own, plan.output, examples)
        return plan.output

    async def _evaluate(self, own: TrainerSettings, adapter: str, examples: list[dict[str, Any]]) -> None:
        run = await self.trainer.start(RunRequest(stage=TrainingStage.EVALUATE, persona=PERSONA, adapter=adapter))
        folder = RunFolder(own.runs_folder / run.id)
        folder.create(await make_plan(own, self.database, self.ingest, run.id))
        samples = [
            {"context": one["messages"][1:-2], "message": one["messages"][-2]["content"], "base": "Hi!",
             "persona": "ahoi", "owner": one["messages"][-1]["content"]}
            for one in examples
        ]  # fmt: skip
        (folder.work / "samples.json").write_text(json.dumps(samples))
        found = {"verbatim": 0, "replies": len(samples)}
        leaks = {"canaries": 0, "repeats": 0, "persona": found, "base": found}
        figures = {"owner": FIGURES, "base": FIGURES, "persona": FIGURES | {"nll": 2.0}}
        folder.write_result({"split": "test", "leaks": leaks} | figures)
        await record(own, self.database, run.id, folder)

    async def talk(self, person: str, said: str, reply: str) -> None:
        """A turn, a rating and a pair of a tester, and what the bot keeps in Redis meanwhile."""
        number, at = person.removeprefix("telegram-"), datetime.now(UTC)
        turn = Turn(key=f"chatcmpl-{person}-{said}", persona=PERSONA, conversation=person, person=person, message=said,
                    reply=reply, at=at)  # fmt: skip
        await memory.remember(self.database, turn)
        context = [ChatMessage(role="user", content=said)]
        shown = Reply(id=turn.key, persona=PERSONA, adapter=None, context=context, text=reply, asker=person)
        await self.feedback.rate(RatingRequest(reply=shown, person=person, verdict=Verdict.LIKE_ME))
        pair = {"key": turn.key, "chosen": reply, "rejected": "no", "person": person, "asker": person}
        await self.feedback.compare(PairRequest(persona=PERSONA, context=context, **pair))
        async with AsyncRedis.from_url(self.settings.broker_url) as redis:
            replies = ShownReplies(redis, seal := Seal.of(self.settings), timedelta(days=1))
            await replies.put(int(number), [5, 6], Shown(reply=shown, person=person, keyboard=6))
            number_of_update = str(int(number) % 1_000)
            update = {"update_id": int(number_of_update), "message": {"from": {"id": int(number)}, "text": said}}
            await redis.hset("anselm:bot:open", number_of_update, seal.seal(json.dumps(update), Place.INBOX))
            noted = seal.seal(shown.model_dump_json(), Place.JOURNAL)
            await redis.hset(f"anselm:bot:journal:{number_of_update}", "answer", noted)
            await redis.sadd(f"anselm:bot:sent-in:{seal.name(number)}:1", 5)
        late = turn.model_copy(update={"key": f"late-{turn.key}"})
        queue = make_queue("inference", self.settings)
        enqueue(queue, REMEMBER_TASK, "memory", task_id=late.key, turn=late.model_dump(mode="json"))

    async def prefer(self) -> str:
        return (await self.feedback.build_dataset(PreferenceRequest(persona=PERSONA, kind=PreferenceKind.DPO))).name

    async def finish(self, forgetting: str) -> None:
        """What a worker does when it takes a forgetting up."""
        own, keys = self.ingest_settings(), load_keys(self.ingest_settings().key_file)
        build = builder(make_queue("ingest", own), JobBoard.of(own))
        async with withdrawal_of(own, self.database, keys, build) as withdrawal:
            await deliver(withdrawal, forgetting)


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.msg} {record.args} {record.exc_info}")


@pytest.fixture
async def house(settings: Settings, database: Database) -> AsyncIterator[House]:
    names = ("ingest", "trainer", "retrieval", "feedback")
    ports = {name: free_port() for name in names}
    urls = {f"{name}_url": f"http://127.0.0.1:{port}" for name, port in ports.items()}
    own = settings.model_copy(update=urls)
    given = own.model_dump()
    handler = Lines()
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(Redis.from_url(own.broker_url))
        redis.flushdb()
        apps = {
            "ingest": ingest_app(IngestSettings(_env_file=None, **given, forget_patience=20)),
            "retrieval": retrieval_app(RetrievalSettings(_env_file=None, **given), WordEmbedder()),
            "feedback": feedback_app(own),
            "trainer": trainer_app(TrainerSettings(_env_file=None, **given)),
        }
        logging.getLogger().addHandler(handler)
        for name, app in apps.items():
            stack.enter_context(listening(app, ports[name]))
        clients = [
            await stack.enter_async_context(kind(own))
            for kind in (IngestClient, RetrievalClient, FeedbackClient, TrainerClient)
        ]
        yield House(own, *clients, database=database, redis=redis, logs=handler.lines)  # type: ignore[arg-type]
    logging.getLogger().removeHandler(handler)
