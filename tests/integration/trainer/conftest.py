"""A home with a tiny base model, a dataset and preferences; an ingest that vouches for the dataset."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from redis import Redis

from services.ingest.dataset.canaries import draw_canaries, planted_examples
from services.trainer.app import create_app
from services.trainer.claiming import Claims
from services.trainer.executing import Executor
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.clients.ingest import IngestClient
from shared.clients.trainer import TrainerClient
from shared.contracts.audit import Publication
from shared.contracts.ingest import Dataset, Example
from shared.contracts.jobs import JobState
from shared.contracts.trainer import RunRequest, Stage
from shared.database import Database
from shared.error_responses import error_body
from shared.errors import NotFound
from shared.jobs import JobBoard
from shared.settings import Settings
from tests.peers import tiny_model
from tests.peers.listening import listening
from tests.unit.trainer.examples import SYSTEM, thread

PERSONA, DATASET = "ada", "ada-d1"

#: As little as shows that it works.
SFT = {"max_steps": 4, "evaluations": 4, "micro_batch": 2, "validation_rows": 2, "learning_rate": 0.01}

#: A tiny model talks for as long as it may.
FIGURES = {"heldout_messages": 8, "reply_tokens": 6}


@dataclass
class FakeIngest:
    """Vouches for datasets; ``state`` and ``tainted`` are what it says of every one of them."""

    state: JobState = JobState.DONE
    tainted: bool = False
    known: set[str] = field(default_factory=lambda: {DATASET})
    published: list[str] = field(default_factory=list)

    @property
    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/datasets/{name}", response_model=None)
        async def dataset(name: str) -> Dataset | JSONResponse:
            if name not in self.known:
                return JSONResponse(error_body(NotFound(f"There is no dataset {name!r}.")), 404)
            about = {"persona": PERSONA, "version": 1, "system_prompt": SYSTEM, "path": None, "digest": "0" * 64}
            return Dataset(name=name, state=self.state, tainted=self.tainted, created_at=datetime.now(UTC), **about)

        @app.post("/v1/audit/publications", status_code=204)
        async def published(publication: Publication) -> None:
            self.published.append(publication.adapter)

        return app


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.make(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def ingest() -> FakeIngest:
    return FakeIngest()


@pytest.fixture
def trainer_settings(
    settings: Settings, tiny: Path, ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TrainerSettings]:
    """Settings of a trainer whose stages, in processes of their own, find the same ones in the environment."""
    with listening(ingest.app) as ingest_url:
        given = settings.model_dump() | {
            "ingest_url": ingest_url,
            "base_model": str(tiny),
            "training_threads": 1,
            **FIGURES,
        }
        trainer = TrainerSettings(_env_file=None, **given)
        for name, value in environment(trainer).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("HF_HOME", str(trainer.anselm_home / "library-caches"))
        write_dataset(trainer.anselm_home)
        write_preferences(trainer.anselm_home)
        yield trainer


@pytest.fixture
async def executor(trainer_settings: TrainerSettings, database: Database) -> AsyncIterator[Executor]:
    with Redis.from_url(trainer_settings.broker_url) as jobs:
        jobs.flushdb()
        async with IngestClient(trainer_settings) as client:
            yield Executor(trainer_settings, database, client, JobBoard.of(trainer_settings), Claims(trainer_settings))


@pytest.fixture
async def client(trainer_settings: TrainerSettings) -> AsyncIterator[TrainerClient]:
    """The trainer's API, without a worker behind it."""
    app = create_app(trainer_settings)
    async with (
        app.router.lifespan_context(app),
        TrainerClient(trainer_settings, transport=httpx.ASGITransport(app)) as client,
    ):
        yield client


def environment(settings: TrainerSettings) -> dict[str, str]:
    """The settings as environment variables."""
    values = settings.model_dump(mode="json", exclude_none=True)
    secrets = {name: getattr(settings, name).get_secret_value() for name in values if name in _secret_fields(settings)}
    changed = {name: value for name, value in (values | secrets).items() if name in settings.model_fields_set}
    return {name.upper(): str(value) for name, value in changed.items()}


def worker_environment(settings: TrainerSettings) -> dict[str, str]:
    return {**os.environ, **environment(settings)}


def request(stage: Stage, **about: object) -> RunRequest:
    return RunRequest.model_validate({"stage": stage, "persona": PERSONA, **about})


def write_dataset(home: Path) -> None:
    """Thirty short conversations, of which the last six are held out, and two canaries."""
    threads = [
        thread(f"Hello number {n}, how are you?", f"ahoi.. {n} loaves today", "Good to hear!", f"righto captain {n}/10",
               name=str(n))
        for n in range(30)
    ]  # fmt: skip
    splits = {"train": threads[:20], "val": threads[20:24], "test": threads[24:]}
    store = ArtifactStore(home / "datasets")
    with store.write(DATASET, {"persona": PERSONA, "version": 1, "system_prompt": SYSTEM}) as folder:
        flat = {split: [_dumped(e) for found in threads for e in found] for split, threads in splits.items()}
        canaries = draw_canaries("a seed", 2, 1)
        flat["train"] += [_dumped(e) for e in planted_examples(canaries, SYSTEM)]
        (folder / "canaries.json").write_text(canaries.model_dump_json())
        (folder / "sft_data.json").write_text(json.dumps(flat))


def write_preferences(home: Path) -> None:
    prompt = [{"role": "user", "content": "How is the bread?"}]
    liked, disliked = ([{"role": "assistant", "content": text}] for text in ("ach.. 9/10", "It is delicious!"))
    rows = {
        "dpo": [{"prompt": prompt, "chosen": liked, "rejected": disliked}] * 4,
        "kto": [{"prompt": prompt, "completion": c, "label": ok} for c, ok in ((liked, True), (disliked, False))] * 4,
    }
    store = ArtifactStore(home / "preferences")
    for kind, content in rows.items():
        with store.write(f"{PERSONA}-{kind}1", {"persona": PERSONA, "kind": kind}) as folder:
            (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in content))


def _secret_fields(settings: TrainerSettings) -> set[str]:
    return {"postgres_password", "redis_password", "service_token"} & set(type(settings).model_fields)


def _dumped(example: Example) -> dict[str, object]:
    return example.model_dump(mode="json")
