"""ingest, inference, retrieval and feedback as the bot meets them: contracts over HTTP, with a memory and no model."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import web

from shared.contracts.base import Removed
from shared.contracts.feedback import FeedbackStatistics, Given, GivenRating, PairRequest, Rating, RatingRequest
from shared.contracts.forgetting import ForgetRequest, ForgettingReceipt, SubjectKind
from shared.contracts.retrieval import Remembered, Turn
from shared.error_responses import error_body
from shared.errors import AnselmError

PERSONA, ADAPTER = "anselm", "anselm-v3"


@dataclass
class Services:
    """All four on one port, and feedback on one of its own as well.

    ``reply`` writes the persona's part; ``hold`` makes it wait for a message's gate.
    """

    reply: Callable[[str], str] = lambda said: f"you said {said}"
    guard: str | None = None
    failures: dict[str, AnselmError] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    ratings: dict[tuple[str, str], RatingRequest] = field(default_factory=dict)
    pairs: dict[str, PairRequest] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._errors])
        app.add_routes(
            [
                web.get("/health", self._health),
                web.post("/v1/chat/completions", self._complete),
                web.get("/v1/conversations/{conversation}/turns", self._turns),
                web.post("/v1/forget", self._forget),
                web.post("/v1/ratings", self._rate),
                web.post("/v1/pairs", self._pair),
                web.get("/v1/people/{person}/data", self._kept_of),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        for _ in range(2):
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url, self.feedback_url = (f"http://127.0.0.1:{port}" for _, port in self._runner.addresses)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def hold(self, said: str) -> asyncio.Event:
        """Keep back the reply to a message until the event is set."""
        return self.gates.setdefault(said, asyncio.Event())

    async def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        """Wait until the services have got what is expected."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: bool(condition())), seconds)

    @property
    def heard(self) -> list[str]:
        return [body["messages"][-1]["content"] for body in self.asked]

    @web.middleware
    async def _errors(self, request: web.Request, handler: Any) -> web.StreamResponse:
        failure = next((e for path, e in self.failures.items() if request.path.startswith(path)), None)
        try:
            if failure:
                raise failure
            response: web.StreamResponse = await handler(request)
        except AnselmError as error:
            return web.json_response(error_body(error), status=error.status)
        async with self.changed:
            self.changed.notify_all()
        return response

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"service": "inference", "status": "alive"})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        async with self.changed:
            self.asked.append(body)
            self.changed.notify_all()
        said = body["messages"][-1]["content"]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        if gate := self.gates.get(said):
            await gate.wait()
        text, completion = self.reply(said), f"chatcmpl-{len(self.asked)}"
        for piece in [text[i : i + 7] for i in range(0, len(text), 7)]:
            await _chunk(response, completion, piece)
        answer = {"persona": body["model"], "adapter": ADAPTER, "guard": self.guard, "examples": 2}
        await _chunk(response, completion, "", anselm=answer)
        await response.write(b"data: [DONE]\n\n")
        self._remember(body["anselm"], completion, said, text)
        return response

    def _remember(self, extension: dict[str, Any], completion: str, said: str, text: str) -> None:
        self.turns.append(
            Turn(
                key=completion,
                persona=PERSONA,
                conversation=extension["conversation"],
                person=extension["person"],
                message=said,
                reply=text,
                adapter=ADAPTER,
                at=datetime.now(UTC),
            )
        )

    async def _turns(self, request: web.Request) -> web.Response:
        wanted = [t for t in self.turns if t.conversation == request.match_info["conversation"]]
        return web.json_response([turn.model_dump(mode="json") for turn in wanted])

    async def _forget(self, request: web.Request) -> web.Response:
        """Ingest's part, which it does with the others."""
        person = ForgetRequest.model_validate(await request.json()).subject
        kept = [turn for turn in self.turns if turn.person != person]
        theirs = [key for key in self.ratings if key[1] == person]
        removed = [
            Removed(service="retrieval", what="turns", count=len(self.turns) - len(kept)),
            Removed(service="feedback", what="ratings", count=len(theirs)),
        ]
        self.turns = kept
        for key in theirs:
            del self.ratings[key]
        receipt = ForgettingReceipt(
            id="forget-1", kind=SubjectKind.TESTER, at=datetime.now(UTC), removed=removed, waiting=self.waiting,
            signature="00",
        )  # fmt: skip
        return web.json_response(receipt.model_dump(mode="json"))

    async def _rate(self, request: web.Request) -> web.Response:
        rating = RatingRequest.model_validate(await request.json())
        self.ratings[rating.reply.id, rating.person] = rating
        stored = Rating(
            reply_id=rating.reply.id,
            persona=rating.reply.persona,
            adapter=rating.reply.adapter,
            person=rating.person,
            verdict=rating.verdict,
            at=datetime.now(UTC),
        )
        return web.json_response(stored.model_dump(mode="json"))

    async def _pair(self, request: web.Request) -> web.Response:
        pair = PairRequest.model_validate(await request.json())
        self.pairs[pair.key] = pair
        counts = FeedbackStatistics(persona=pair.persona, like_me=0, not_like_me=0, pairs=0, rewrites=len(self.pairs))
        return web.json_response(counts.model_dump(mode="json"))

    async def _kept_of(self, request: web.Request) -> web.Response:
        """Of retrieval, or, at the port that feedback has of its own, of feedback."""
        person = request.match_info["person"]
        assert request.transport is not None
        if request.transport.get_extra_info("sockname")[1] != self._runner.addresses[1][1]:
            turns = [turn for turn in self.turns if turn.person == person]
            return web.json_response(Remembered(person=person, turns=turns).model_dump(mode="json"))
        rated = [rating for rating in self.ratings.values() if rating.person == person]
        ratings = [GivenRating(reply=one.reply, verdict=one.verdict, at=datetime.now(UTC)) for one in rated]
        return web.json_response(Given(person=person, ratings=ratings, pairs=[]).model_dump(mode="json"))

    def verdicts(self) -> dict[str, list[str]]:
        """Verdicts by person."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for (_, person), rating in self.ratings.items():
            found[person].append(rating.verdict)
        return dict(found)


async def _chunk(response: web.StreamResponse, completion: str, text: str, **more: Any) -> None:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None if text else "stop"}
    body = {"id": completion, "object": "chat.completion.chunk", "choices": [choice], **more}
    await response.write(f"data: {json.dumps(body)}\n\n".encode())
