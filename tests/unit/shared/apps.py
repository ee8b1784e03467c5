"""A small service to ask, and a client that holds its token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import APIRouter
from pydantic import BaseModel, SecretStr

from shared.http import Check, make_app
from shared.settings import Settings

TOKEN = "token-of-the-tests"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


class Body(BaseModel):
    number: int
    text: str = ""


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, **{"service_token": SecretStr(TOKEN), **changes})


def client(
    router: APIRouter | None = None, ready: Mapping[str, Check] | None = None, **changes: Any
) -> httpx.AsyncClient:
    """A client without a token, of an application with one router and some checks."""
    app = make_app("tested", settings(**changes), routers=[router] if router else [], ready=ready or {})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tested")
