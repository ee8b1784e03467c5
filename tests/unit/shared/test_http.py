from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import APIRouter
from pydantic import SecretStr
from redis.exceptions import ConnectionError as RedisGone

from shared import http
from shared.clients.base import Client
from shared.errors import Unavailable
from shared.telemetry import request_id
from tests.unit.shared.apps import AUTHORIZED, TOKEN, Body, client, settings


@pytest.fixture
def router() -> APIRouter:
    router = APIRouter()

    @router.post("/v1/things/{name}")
    async def thing(name: str, body: Body) -> str | None:
        return request_id.get()

    @router.get("/v1/crash")
    async def crash() -> None:
        raise ValueError("what somebody wrote")

    @router.get("/v1/redis")
    async def redis() -> None:
        raise RedisGone("gone")

    return router


@pytest.mark.parametrize("path", ["/ready", "/metrics", "/openapi.json", "/v1/things/a", "/nowhere", "/health/x"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": "Bearer "}],
)
async def test_everything_but_health_wants_the_token(router: APIRouter, path: str, headers: dict[str, str]) -> None:
    async with client(router) as http:
        answer = await http.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthorized"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert (await http.get("/health", headers=headers)).status_code == 200


async def test_a_refused_body_is_never_read(router: APIRouter) -> None:
    async def endless():  # type: ignore[no-untyped-def]
        pytest.fail("the body was read")
        yield b""

    async with client(router) as http:
        scope_only = http.build_request("POST", "/v1/things/a", content=endless())
        transport = http._transport
        assert isinstance(transport, httpx.ASGITransport)
        sent: list[int] = []

        async def send(message) -> None:  # type: ignore[no-untyped-def]
            sent.append(message.get("status", 0))

        scope = {"type": "http", "method": "POST", "path": scope_only.url.path, "headers": [], "query_string": b""}
        await transport.app(scope, lambda: pytest.fail("the body was read"), send)  # type: ignore[arg-type]
        assert sent[0] == 401


async def test_without_a_token_of_its_own_a_service_answers_nobody() -> None:
    async with client(service_token=SecretStr("")) as http:
        answer = await http.get("/ready", headers={"Authorization": "Bearer "})
    assert answer.status_code == 401
    assert "anselm init" in answer.json()["error"]["hint"]


@pytest.mark.parametrize("given", ["abc-123", "A" * 64])
async def test_a_request_id_is_taken_over(router: APIRouter, given: str) -> None:
    async with client(router) as http:
        answer = await http.post("/v1/things/a", json={"number": 1}, headers={**AUTHORIZED, "x-request-id": given})
    assert answer.json() == answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", [None, "", "A" * 65, 'x"} injected', "a\tb"])
async def test_any_other_request_id_is_made_anew(router: APIRouter, given: str | None) -> None:
    headers = AUTHORIZED | ({"x-request-id": given} if given is not None else {})
    async with client(router) as http:
        answer = await http.post("/v1/things/a", json={"number": 1}, headers=headers)
    assert answer.json() == answer.headers["x-request-id"] != given
    assert answer.json().isalnum()


async def test_the_request_id_travels_to_the_next_service() -> None:
    seen: list[str] = []

    def second(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["x-request-id"])
        return httpx.Response(200, json={})

    router = APIRouter()

    @router.get("/v1/first")
    async def first() -> None:
        async with Client(settings(), "http://second", httpx.MockTransport(second)) as client:
            await client.ping()

    async with client(router) as http:
        await http.get("/v1/first", headers={**AUTHORIZED, "x-request-id": "one-and-the-same"})
    assert seen == ["one-and-the-same"]


async def test_an_unforeseen_exception_says_nothing_about_itself(router: APIRouter) -> None:
    async with client(router) as http:
        answer = await http.get("/v1/crash", headers={**AUTHORIZED, "x-request-id": "r1"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"] == "r1"
    assert "somebody" not in answer.text
    assert "ValueError" not in answer.text


async def test_a_wrong_request_names_the_field(router: APIRouter) -> None:
    async with client(router) as http:
        answer = await http.post("/v1/things/a", json={"number": "many"}, headers=AUTHORIZED)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid")
    assert "body.number" in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("PUT", "/v1/things/a", 405, "invalid")],
)
async def test_the_frameworks_own_errors_have_the_common_shape(
    router: APIRouter, method: str, path: str, status: int, code: str
) -> None:
    async with client(router) as http:
        answer = await http.request(method, path, headers=AUTHORIZED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_lost_redis_is_unavailable(router: APIRouter) -> None:
    async with client(router) as http:
        answer = await http.get("/v1/redis", headers=AUTHORIZED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")


async def test_ready_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "CHECK_TIMEOUT", 0.05)

    async def fine() -> None: ...

    async def gone() -> None:
        raise Unavailable("The model server does not answer.", hint="Start it.")

    async def slow() -> None:
        await asyncio.sleep(60)

    async def buggy() -> None:
        raise KeyError("what somebody wrote")

    checks = {"postgres": fine, "model": gone, "disk": slow, "redis": buggy}
    async with client(ready=checks) as asking:
        answer = await asking.get("/ready", headers=AUTHORIZED)
    assert answer.status_code == 503
    assert answer.json() == {
        "service": "tested",
        "ready": False,
        "missing": {
            "model": "The model server does not answer. Start it.",
            "disk": "no answer within 0.05 s",
            "redis": "KeyError; the log has it",
        },
    }
    async with client(ready={"postgres": fine}) as asking:
        answer = await asking.get("/ready", headers=AUTHORIZED)
    assert (answer.status_code, answer.json()["ready"], answer.json()["missing"]) == (200, True, {})


async def test_metrics_count_by_route_not_by_path(router: APIRouter) -> None:
    async with client(router) as http:
        for name in ("a", "b"):
            await http.post(f"/v1/things/{name}", json={"number": 1}, headers=AUTHORIZED)
        await http.get("/v1/crash", headers=AUTHORIZED)
        await http.get("/nowhere-4711", headers=AUTHORIZED)
        text = (await http.get("/metrics", headers=AUTHORIZED)).text
    labels = 'method="POST",route="/v1/things/{name}",service="tested",status="200"'
    assert f"anselm_http_requests_total{{{labels}}} 2.0" in text
    assert 'route="/v1/crash",service="tested",status="500"} 1.0' in text
    assert 'anselm_http_request_seconds_count{route="/v1/things/{name}",service="tested"} 2.0' in text
    assert "4711" not in text


async def test_the_api_describes_its_token(router: APIRouter) -> None:
    async with client(router) as http:
        description = (await http.get("/openapi.json", headers=AUTHORIZED)).json()
    assert description["paths"]["/v1/things/{name}"]["post"]["security"] == [{"HTTPBearer": []}]
    assert "security" not in description["paths"]["/health"]["get"]
