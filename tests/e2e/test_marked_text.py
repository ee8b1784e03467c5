"""Marked words go through the whole loop, with the real services; afterwards nobody can read one where it must not be.

What is looked at: every line of every process's log, every page of metrics, every key and value of Redis after each
step, and every command that Redis was sent. That the search can find something, the last part shows.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from celery import Celery
from prometheus_client import Counter
from redis import Redis

from cli.services import Services, connect
from shared import processes
from shared.clients.base import Client
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import PreferenceKind, PreferenceRequest
from shared.contracts.inference import ChatExtension
from shared.contracts.ingest import ConsentGrant, DatasetRequest, Purpose
from shared.contracts.jobs import JobState
from shared.contracts.retrieval import REMEMBER_TASK, IndexRequest, SearchRequest
from shared.errors import AnselmError
from shared.http import make_app
from shared.queue import enqueue, make_queue
from shared.settings import CHECKOUT, Settings
from tests.e2e.marked.house import PERSONA, House, running
from tests.e2e.marked.marks import MARKS, OWNER_ID, TESTER_ID, export
from tests.e2e.marked.watch import Watch, find, lines
from tests.peers.bot_api import BotApi, Tester

pytestmark = [pytest.mark.timeout(600), pytest.mark.model]

CONTACT = f"{MARKS['name of a contact']} {MARKS['surname of a contact']}"
PERSON = f"telegram-{TESTER_ID}"
BOTH = list(Purpose)
#: The loudest: whatever any other level would write is among it.
LEVEL = "debug"


@pytest.fixture
def redis(settings: Settings) -> Iterator[Redis]:
    with Redis.from_url(settings.broker_url) as redis:
        redis.flushdb()
        yield redis


async def test_marked_words_are_nowhere(settings: Settings, redis: Redis, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi(token=MARKS["bot token"]))
        loop = asyncio.get_running_loop()
        house = await loop.run_in_executor(None, (entering := running(settings, api.url, LEVEL)).__enter__)
        stack.push_async_callback(lambda: asyncio.to_thread(entering.__exit__, None, None, None))
        watch = Watch(redis, house.logs)
        services = await stack.enter_async_context(connect(house.settings))
        with watch.commands():
            wrong = {"message": MARKS["turn that is refused"]}
            enqueue(make_queue("test", house.settings), REMEMBER_TASK, "memory", turn=wrong)
            for step in (imports, learns, is_refused, talks, forgets):
                await step(services, api, tmp_path)
                watch.keyspace(step.__name__)
                for name, page in house.metrics().items():
                    watch.note(f"metrics: {name}", page)
        assert watch.found(MARKS) == {}
        nothing_was_missed(watch)
        await what_is_there_is_found(watch, house)


async def imports(services: Services, _: BotApi, folder: Path) -> None:
    """An export comes in under a marked name, is listed, taken out again; another is broken."""
    file = folder / f"{MARKS['name of an export']}.json"
    file.write_text(json.dumps(export()))
    begun = await services.ingest.upload(file, consent=True)
    await _ended(services.ingest, begun.id)
    assert (await services.ingest.get_import(begun.id)).report.new == 240
    assert CONTACT in {person.name for person in await services.ingest.people(names=True)}
    assert MARKS["title of a chat"] in {chat.name for chat in await services.ingest.chats(names=True)}
    written = b"".join([piece async for piece in services.ingest.export()]).decode()
    assert find(MARKS, written) >= {"message of a contact", "surname of a contact", "title of a chat"}
    broken = folder / f"{MARKS['broken export']}.json"
    broken.write_text(f'{{"chats": {{"list": [{{"name": "{MARKS["broken export"]}", "messages": [{{"id": ')
    failed = await _ended(services.ingest, (await services.ingest.upload(broken, consent=True)).id)
    assert (failed.state, MARKS["broken export"] in str(failed.error)) == (JobState.FAILED, True)


async def learns(services: Services, _: BotApi, __: Path) -> None:
    """Consents, a dataset, an index, a search."""
    evidence = f"{MARKS['evidence of a consent']} of {CONTACT}"
    await services.ingest.consent_message(CONTACT)
    await services.ingest.grant(ConsentGrant(person=CONTACT, purposes=BOTH, evidence=evidence))
    assert MARKS["evidence of a consent"] in (await services.ingest.consents(names=True))[-1].evidence
    built = await services.ingest.build_dataset(DatasetRequest(persona=PERSONA))
    assert (await _ended(services.ingest, built.name)).state is JobState.DONE
    index = await services.retrieval.index(IndexRequest(persona=PERSONA))
    assert (await _ended(services.retrieval, index.id)).detail["exchanges"] > 0
    hits = await services.retrieval.search(SearchRequest(persona=PERSONA, query=f"{MARKS['query']} number 5"))
    assert MARKS["message of a contact"] in hits[0].context


async def is_refused(services: Services, _: BotApi, __: Path) -> None:
    """Bodies and paths that nobody can use: errors like to quote."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {MARKS['service token']}"}, timeout=20) as http:
        for client in (services.ingest, services.retrieval, services.feedback, services.inference):
            url = str(client._http.base_url).rstrip("/")
            for path in ("v1/search", "v1/ratings", "v1/consents", "v1/chat/completions", "v1/forget"):
                answer = await http.post(f"{url}/{path}", json={"text": MARKS["body that is refused"]})
                assert answer.status_code in (404, 405, 422)
            answer = await http.get(f"{url}/v1/{MARKS['path that is refused']}?q={MARKS['path that is refused']}")
            assert answer.status_code in (404, 405)
    with pytest.raises(AnselmError):
        await services.ingest.forget(MARKS["path that is refused"])


async def talks(services: Services, api: BotApi, _: Path) -> None:
    """Through the bot and through the gateway: remembered, rated, rewritten, over the limit, with a secret."""
    async with (
        Tester(api.url, TESTER_ID, MARKS["display name of a tester"]) as tester,
        Tester(api.url, OWNER_ID, "Ada") as owner,
    ):
        await tester.says("/start")
        await tester.hears()
        await tester.says(f"{MARKS['message of a tester']}, how are you?")
        reply = await tester.hears()
        assert MARKS["reply of the persona"] in reply["text"]
        await tester.presses(reply, "Not like me")
        await tester.sees("editMessageReplyMarkup")
        await _until(lambda: _turns(services, 1), "the remembered turn")
        await tester.says(f"my key is {MARKS['API key in a message']}")
        assert MARKS["reply of the persona"] not in (await tester.hears())["text"], "a guard answers a secret"
        await tester.says("/mydata")
        assert MARKS["message of a tester"] in (await tester.receives())[1]
        for number in range(8):
            await tester.says(f"{MARKS['what is said over the limit']} {number}")
        await tester.watch(lambda entry: "a lot at once" in str(entry.get("result")))
        await owner.says("/start")
        await owner.hears()
        await owner.says("ahoy")
        answered = await owner.hears()
        await owner.says(f"/rewrite {MARKS['rewrite of the owner']}, more like this", reply_to=answered["message_id"])
        await owner.hears()
    said = [ChatMessage(role="user", content=MARKS["message of a tester"])]
    extension = ChatExtension(conversation="cli-1", person="cli-ada")
    pieces = [piece.text async for piece in services.inference.stream(PERSONA, said, extension)]
    assert MARKS["reply of the persona"] in "".join(pieces)
    for kind in PreferenceKind:
        await services.feedback.build_dataset(PreferenceRequest(persona=PERSONA, kind=kind))
    kept = await services.feedback.kept_of(PERSON)
    assert MARKS["message of a tester"] in kept.model_dump_json()


async def forgets(services: Services, api: BotApi, _: Path) -> None:
    """A consent is revoked, a contact and a tester are forgotten."""
    async with Tester(api.url, TESTER_ID) as tester:
        await tester.says("/forget")
        question = await tester.watch(lambda entry: "for good?" in str(entry.get("result")))
        await tester.presses(question["result"], "Forget me")
        await tester.sees("editMessageText")
    assert (await services.retrieval.kept_of(PERSON)).turns == []
    await services.ingest.revoke(CONTACT)
    await services.ingest.forget(CONTACT)


def nothing_was_missed(watch: Watch) -> None:
    """The logs are those of the run, at their level; the commands hold what the steps sent."""
    levels = {file.name: {line.get("level") for line in lines(file)} for file in watch.logs.iterdir()}
    assert [name for name, found in levels.items() if "info" not in found] == []
    assert any("debug" in found for found in levels.values())
    commands = "\n".join(watch.seen["redis: commands"])
    for task in ("ingest.import_export", "ingest.build_dataset", "retrieval.index", REMEMBER_TASK):
        assert task in commands
    assert "anselm:bot:shown" in commands
    assert {where for where in watch.seen if where.startswith("metrics")} == {
        f"metrics: {name}" for name in ("ingest", "trainer", "inference", "retrieval", "feedback", "bot")
    }


async def what_is_there_is_found(watch: Watch, house: House) -> None:
    """The same search over the same places, with marks put there on purpose: it finds each."""
    marks = {"planted": "plantedmark"}
    script = (
        "import logging, sys; from shared.telemetry import configure_logging; configure_logging('planted', 'debug'); "
        "logging.getLogger('a.library').debug('it said %s', sys.argv[1])"
    )
    with (watch.logs / "planted.log").open("wb") as output:
        assert (
            processes.start([sys.executable, "-c", script, marks["planted"]], cwd=CHECKOUT, output=output).wait() == 0
        )
    app = make_app("planted", house.settings, routers=[], ready={})
    logging.getLogger().setLevel(logging.WARNING)
    Counter("planted", "-", ["what"], registry=app.state.metrics).labels(marks["planted"]).inc()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://planted") as http:
        page = await http.get("/metrics", headers={"Authorization": f"Bearer {MARKS['service token']}"})
    watch.note("metrics: planted", page.text)
    watch.seen["redis: commands"].clear()
    with watch.commands():
        plain = Celery("plain", broker=house.settings.broker_url)
        plain.send_task("planted", kwargs={"text": marks["planted"]}, queue="planted", argsrepr="", kwargsrepr="")
        watch.redis.set(f"planted:{marks['planted']}", 1)
        watch.keyspace("planted")
    assert watch.found(marks).keys() == {"log: planted.log", "metrics: planted", "redis: planted", "redis: commands"}


async def _ended(client: Client, job: str) -> Any:
    async def ended() -> Any:
        found = await client.job(job)
        return found if found.state.ended else None

    return await _until(ended, job)


async def _turns(services: Services, count: int) -> bool:
    return len((await services.retrieval.kept_of(PERSON)).turns) >= count


async def _until(ask: Callable[[], Awaitable[Any]], what: str, seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (answer := await ask()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        await asyncio.sleep(0.1)
    return answer
