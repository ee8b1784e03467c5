from __future__ import annotations

import httpx
import pytest
from fastapi import APIRouter
from pydantic import SecretStr

from shared.clients.base import Client
from shared.errors import AnselmError, from_code
from shared.http import make_app
from shared.settings import Settings


def tree(cls: type[AnselmError] = AnselmError) -> list[type[AnselmError]]:
    return [cls, *(found for child in cls.__subclasses__() for found in tree(child))]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [cls.code for cls in tree()]
    assert len(set(codes)) == len(codes)
    assert all(from_code(cls.code) is cls for cls in tree())


def test_every_error_has_an_error_status() -> None:
    assert all(400 <= cls.status <= 599 for cls in tree())


def test_an_unknown_code_is_an_error_still() -> None:
    assert from_code("from_a_later_version") is AnselmError


def test_a_hint_follows_the_message() -> None:
    assert str(AnselmError("It broke.", hint="Mend it.")) == "It broke. Mend it."
    assert str(AnselmError("It broke.")) == "It broke."


@pytest.mark.parametrize("cls", tree(), ids=lambda cls: cls.__name__)
async def test_an_error_comes_back_over_http_as_what_it_was(cls: type[AnselmError]) -> None:
    settings = Settings(_env_file=None, service_token=SecretStr("test-token"))
    router = APIRouter()

    @router.get("/v1/jobs/{job_id}")
    async def raise_it(job_id: str) -> None:
        raise cls(f"About {job_id}.", hint="Do this.")

    app = make_app("tested", settings, routers=[router], ready={})
    async with Client(settings, "http://tested", httpx.ASGITransport(app)) as client:
        with pytest.raises(AnselmError) as caught:
            await client.job("j1")
    assert type(caught.value) is cls
    assert (caught.value.message, caught.value.hint) == ("About j1.", "Do this.")
