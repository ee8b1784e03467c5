from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from fastapi import APIRouter

from shared.errors import Invalid
from shared.queue import hide_values
from shared.telemetry import configure_logging, logger, request_id
from tests.unit.shared.apps import AUTHORIZED, TOKEN, Body, client

WROTE = "meet me at the harbour"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


async def test_requests_leave_no_token_and_no_text_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    router = APIRouter()

    @router.post("/v1/crash")
    async def crash(body: Body) -> None:
        logger("tested").info("got", text=body.text, nested={"reply": body.text, "list": [{"content": body.text}]})
        logging.getLogger("a.library").warning("calling with Authorization: Bearer %s", TOKEN)
        raise ValueError(f"cannot parse {body.text}")

    async with client(router) as http:
        await http.post("/v1/crash", json={"number": 1, "text": WROTE}, headers=AUTHORIZED)
        await http.post("/v1/crash", json={"number": WROTE}, headers=AUTHORIZED)
        await http.get(f"/{WROTE}", headers={"Authorization": f"Bearer not-{TOKEN}"})
    output = capsys.readouterr().err
    assert "harbour" not in output
    assert TOKEN not in output
    assert {"got", "request", "unhandled"} <= {json.loads(line)["event"] for line in output.splitlines()}


async def test_a_request_is_one_line_with_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    async with client() as http:
        await http.get("/openapi.json", headers={**AUTHORIZED, "x-request-id": "r-1"})
        await http.get("/health")
    (line,) = lines(capsys)
    assert {key: line[key] for key in ("service", "event", "method", "route", "status", "request_id", "level")} == {
        "service": "tested",
        "event": "request",
        "method": "GET",
        "route": "/openapi.json",
        "status": 200,
        "request_id": "r-1",
        "level": "info",
    }


def test_an_exception_is_types_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("tested")
    with pytest.raises(Invalid) as caught:
        fail_twice()
    logger("tested").error("import_failed", exc_info=caught.value)
    logging.getLogger("a.library").error("failed", exc_info=caught.value)
    for line in lines(capsys):
        outer, inner = line["exception"]
        assert (outer["type"], outer["said"]) == ("Invalid", "line 3 of result.json is not JSON.")
        assert inner["type"] == "KeyError"
        assert "said" not in inner
        assert "test_telemetry.py" in inner["at"][-1]


def fail_twice() -> None:
    try:
        {}[WROTE]
    except KeyError as error:
        raise Invalid("line 3 of result.json is not JSON.") from error


def test_libraries_log_in_the_same_shape(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("tested")
    token = request_id.set("r-2")
    logging.getLogger("a.library").warning("went %s", "wrong")
    request_id.reset(token)
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["service"], line["request_id"]) == (
        "went wrong",
        "warning",
        "tested",
        "r-2",
    )


def test_the_level_is_heeded(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("tested", "warning")
    logger("tested").info("quiet")
    logging.getLogger("a.library").info("quiet")
    logger("tested").warning("heard")
    assert [line["event"] for line in lines(capsys)] == ["heard"]


def test_celerys_lines_lose_what_was_returned_and_what_was_said() -> None:
    values = {"name": "ingest.import", "id": "7", "exc": f"ValueError('{WROTE}')", "return_value": WROTE, "args": WROTE}
    record = logging.LogRecord("celery.app.trace", logging.ERROR, "", 0, "%(name)s %(exc)s %(args)s", (values,), None)
    assert hide_values(record)
    assert record.getMessage() == "ingest.import ValueError "
