"""The loop in containers: from an export to replies that remember, a promoted DPO adapter, and a receipt."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from shared.clients.base import Client
from shared.clients.feedback import FeedbackClient
from shared.clients.inference import InferenceClient
from shared.clients.ingest import IngestClient
from shared.clients.retrieval import RetrievalClient
from shared.clients.trainer import TrainerClient
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import PairRequest, PreferenceKind, PreferenceRequest
from shared.contracts.forgetting import SubjectKind
from shared.contracts.inference import AnswerExtension, ChatExtension
from shared.contracts.ingest import ConsentGrant, DatasetRequest
from shared.contracts.jobs import JobState
from shared.contracts.retrieval import IndexRequest
from shared.contracts.trainer import AdapterState, RunRequest, Stage
from tests.compose.project import ROOT
from tests.compose.stack import SERVICES, Stack
from tests.peers.bot_api import BotApi, Tester

pytestmark = [pytest.mark.compose, pytest.mark.timeout(3600)]

PERSONA = "anselm"
EXPORT = ROOT / "examples" / "anselm" / "result.json"
CONSENTS = EXPORT.with_name("consents.json")
JOBS = {"migrate", "models"}

#: Enough for a random model to say something else than before.
SFT = {"max_steps": 60, "evaluations": 1, "validation_rows": 4, "learning_rate": 1e-2}
DPO = {"max_steps": 2, "learning_rate": 1e-3}

#: A step of the loop on two busy cores, in seconds.
STEP_S = 600


@dataclass(frozen=True)
class Clients:
    ingest: IngestClient
    trainer: TrainerClient
    inference: InferenceClient
    retrieval: RetrievalClient
    feedback: FeedbackClient


@pytest.fixture
async def clients(stack: Stack) -> AsyncIterator[Clients]:
    kinds = (IngestClient, TrainerClient, InferenceClient, RetrievalClient, FeedbackClient)
    async with AsyncExitStack() as opened:
        yield Clients(*[await opened.enter_async_context(kind(stack.settings)) for kind in kinds])


async def ended(client: Client, job_id: str) -> None:
    """Wait until a job has ended, and well."""
    deadline = time.monotonic() + STEP_S
    while not (job := await client.job(job_id)).state.ended:
        assert time.monotonic() < deadline, f"{job.kind} is still at {job.stage} after {STEP_S} s"
        await asyncio.sleep(0.5)
    assert job.state is JobState.DONE, f"{job.kind}: {job.error}"


async def adapter_of(clients: Clients, stage: Stage, **request: Any) -> str:
    run = await clients.trainer.start(RunRequest(stage=stage, persona=PERSONA, **request))
    await ended(clients.trainer, run.id)
    adapter = (await clients.trainer.run(run.id)).adapter
    assert adapter
    return adapter


async def promoted(clients: Clients, adapter: str) -> None:
    """Evaluate and promote, as the command line does; wait until the gateway speaks with the adapter."""
    await adapter_of(clients, Stage.EVALUATE, adapter=adapter)
    assert (await clients.trainer.evaluation(adapter)).gate.reasons == []
    await clients.trainer.promote(adapter)
    deadline = time.monotonic() + 120
    while (await said(clients, "hello", ChatExtension(retrieval=False, remember=False))).adapter != adapter:
        assert time.monotonic() < deadline, f"the gateway does not take up {adapter}"
        await asyncio.sleep(1)


async def said(clients: Clients, text: str, extension: ChatExtension) -> AnswerExtension:
    pieces = clients.inference.stream(PERSONA, [ChatMessage(role="user", content=text)], extension)
    answer = [piece.answer async for piece in pieces][-1]
    assert answer
    return answer


async def remembered(clients: Clients, conversation: str, turns: int) -> None:
    """Wait until the worker of queue ``memory`` has stored that many turns."""
    deadline = time.monotonic() + 60
    while len(await clients.retrieval.turns(conversation)) < turns:
        assert time.monotonic() < deadline, f"{conversation} has fewer than {turns} turns"
        await asyncio.sleep(0.5)


async def test_the_loop(stack: Stack, clients: Clients, bot_api_port: int) -> None:
    imported = await clients.ingest.upload(EXPORT, consent=True)
    await ended(clients.ingest, imported.id)
    report = (await clients.ingest.get_import(imported.id)).report
    assert report.read > 2_000
    assert report.from_owner > 600

    for grant in TypeAdapter(list[ConsentGrant]).validate_json(CONSENTS.read_bytes()):
        await clients.ingest.grant(grant)
    dataset = await clients.ingest.build_dataset(DatasetRequest(persona=PERSONA))
    await ended(clients.ingest, dataset.name)

    first = await adapter_of(clients, Stage.SFT, dataset=dataset.name, recipe=SFT)
    await promoted(clients, first)

    indexing = await clients.retrieval.index(IndexRequest(persona=PERSONA))
    await ended(clients.retrieval, indexing.id)

    # A reply with memory: the second turn of a conversation is answered knowing the first.
    talk = ChatExtension(conversation="compose", person="tester-1")
    answer = await said(clients, "are you coming tonight?", talk)
    assert answer.examples > 0
    assert answer.warnings == []
    await remembered(clients, "compose", 1)
    assert (await said(clients, "and tomorrow?", talk)).warnings == []
    await remembered(clients, "compose", 2)

    await the_bot_answers_and_forgets(stack, clients, bot_api_port)

    for number in range(8):
        await clients.feedback.compare(pair(number))
    preferences = await clients.feedback.build_dataset(PreferenceRequest(persona=PERSONA, kind=PreferenceKind.DPO))
    assert preferences.rows >= 8

    second = await adapter_of(clients, Stage.DPO, adapter=first, preferences=preferences.name, recipe=DPO)
    await promoted(clients, second)
    states = {adapter.name: adapter.state for adapter in await clients.trainer.adapters(PERSONA)}
    assert states == {first: AdapterState.RETIRED, second: AdapterState.LIVE}

    receipt = await clients.ingest.forget("tester-1", SubjectKind.TESTER)
    assert sum(removed.count for removed in receipt.removed if removed.service == "feedback") >= 8


def pair(number: int) -> PairRequest:
    return PairRequest(
        key=f"compose-{number}",
        persona=PERSONA,
        context=[ChatMessage(role="user", content=f"question {number}")],
        chosen=f"yeah sure {number}",
        rejected=f"I would be delighted to assist you with question {number}.",
        person="tester-1",
    )


async def the_bot_answers_and_forgets(stack: Stack, clients: Clients, port: int) -> None:
    """A tester talks with the bot's container, whose Telegram is on this machine."""
    async with BotApi(host="0.0.0.0", port=port), Tester(f"http://127.0.0.1:{port}", 4711, "Mara") as mara:
        await mara.says("/start")
        assert "AI" in (await mara.hears(60))["text"]
        await mara.says("how was your day?")
        reply = await mara.watch(lambda entry: "Not like me" in str(entry["parameters"].get("reply_markup")), 120)
        await mara.presses(reply["result"], "Not like me")
        await mara.sees("answerCallbackQuery", 30)
        assert (await clients.feedback.statistics(PERSONA)).not_like_me == 1
        await remembered(clients, "telegram-4711", 1)

        await mara.says("/forget")
        question = await mara.watch(lambda entry: "Forget me" in str(entry["parameters"].get("reply_markup")), 30)
        await mara.presses(question["result"], "Forget me")
        await mara.sees("editMessageText", 30)
        assert await clients.retrieval.turns("telegram-4711") == []
        assert (await clients.feedback.statistics(PERSONA)).not_like_me == 0


def test_the_command_line_works_in_a_container(stack: Stack) -> None:
    out = stack.project.run("run", "--rm", "--no-deps", "-T", "anselm", "status", "--json", seconds=120)
    assert [service["ready"] for service in json.loads(out)["services"]] == [True] * len(SERVICES)


def test_the_database_can_be_dumped(stack: Stack) -> None:
    dump = "PGPASSWORD=$(cat /run/secrets/postgres_password) pg_dump -h 127.0.0.1 -U anselm"
    assert "CREATE SCHEMA memory" in stack.execute("postgres", "sh", "-c", dump)


def test_prometheus_sees_every_service(stack: Stack) -> None:
    up = {sample["metric"].get("service", "prometheus"): sample["value"][1] for sample in stack.query("up")}
    assert up == dict.fromkeys((*SERVICES, "bot", "prometheus"), "1")
    assert stack.query('anselm_http_requests_total{service="inference", route="/v1/chat/completions", status="200"}')


def test_alerts_do_what_they_say(stack: Stack) -> None:
    stack.execute("prometheus", "promtool", "check", "config", "/etc/prometheus/prometheus.yml")
    assert "SUCCESS" in stack.execute("prometheus", "promtool", "test", "rules", "/etc/prometheus/alerts_test.yml")


def test_nothing_fell_over(stack: Stack) -> None:
    for service, container in stack.containers().items():
        state = container["State"]
        assert container["RestartCount"] == 0, service
        assert not state["OOMKilled"], service
        if service in JOBS:
            assert (state["Status"], state["ExitCode"]) == ("exited", 0), service
        else:
            assert (state["Status"], state["Health"]["Status"]) == ("running", "healthy"), service


def test_nobody_runs_as_root_or_holds_a_capability(stack: Stack) -> None:
    for service in stack.containers().keys() - JOBS:
        lines = stack.execute(service, "cat", "/proc/1/status").splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert "0" not in status["Uid"].split(), service
        assert int(status["CapEff"], 16) == 0, service
        assert status["NoNewPrivs"] == "1", service


def test_nobody_can_write_where_nothing_is_to_be_written(stack: Stack) -> None:
    for service in stack.containers().keys() - JOBS:
        with pytest.raises(AssertionError, match="Read-only file system"):
            stack.execute(service, "sh", "-c", "echo x > /etc/anselm")


def test_secrets_are_in_no_environment_and_on_no_command_line(stack: Stack) -> None:
    folder = Path(stack.project.environment["CONTAINER_SECRETS"])
    secrets = [secret for file in folder.iterdir() if (secret := file.read_text())]
    assert len(secrets) == 4
    for service, container in stack.containers().items():
        config = container["Config"]
        shown = " ".join([*config["Env"], *(config["Cmd"] or []), *(config["Entrypoint"] or [])])
        assert not [secret for secret in secrets if secret in shown], service
    assert not [secret for secret in secrets if secret in stack.project.run("logs", "--no-color")]


@pytest.mark.parametrize("service", SERVICES)
def test_apis_answer_only_those_who_have_the_token(stack: Stack, service: str) -> None:
    url = getattr(stack.settings, f"{service}_url")
    assert httpx.get(f"{url}/health").status_code == 200
    assert httpx.get(f"{url}/metrics").status_code == 401


NO_CONNECTION = r"gaierror|TimeoutError|Network is unreachable|No route to host"
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2)"


@pytest.mark.parametrize(
    ("service", "host", "port"),
    [
        ("retrieval", "model-server", "8106"),
        ("worker-gpu", "model-server", "8106"),
        ("bot", "postgres", "5432"),
        ("inference", "postgres", "5432"),
    ],
)
def test_who_has_no_business_there_gets_no_connection(stack: Stack, service: str, host: str, port: str) -> None:
    address = next(network["IPAddress"] for network in stack.containers()[host]["NetworkSettings"]["Networks"].values())
    for target in (host, address):
        with pytest.raises(AssertionError, match=NO_CONNECTION):
            stack.execute(service, "python", "-c", CONNECT, target, port)


@pytest.mark.parametrize("service", ["ingest", "trainer", "worker-gpu", "model-server", "retrieval"])
def test_who_holds_history_has_no_way_out(stack: Stack, service: str) -> None:
    try:
        world = stack.execute(
            "bot", "python", "-c", "import socket; print(socket.gethostbyname('api.telegram.org'))"
        ).strip()
        stack.execute("bot", "python", "-c", CONNECT, world, "443")
    except AssertionError:
        pytest.skip("this machine has no internet")
    with pytest.raises(AssertionError, match=NO_CONNECTION):
        stack.execute(service, "python", "-c", CONNECT, world, "443")
