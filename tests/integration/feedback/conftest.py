"""Feedback on a real PostgreSQL and a real folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.feedback.app import create_app
from shared.artifacts import ArtifactStore
from shared.clients.feedback import FeedbackClient
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import PairRequest, RatingRequest, Reply, Verdict
from shared.settings import Settings


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[FeedbackClient]:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        FeedbackClient(settings, httpx.ASGITransport(app)) as client,
    ):
        yield client


@pytest.fixture
def store(settings: Settings) -> ArtifactStore:
    return ArtifactStore(settings.anselm_home / "preferences")


def context(question: str) -> list[ChatMessage]:
    return [
        ChatMessage(role="user", content="hello"),
        ChatMessage(role="assistant", content="ahoi"),
        ChatMessage(role="user", content=question),
    ]


def rating(reply: str, verdict: Verdict, *, question: str = "bread?", person: str = "telegram-7") -> RatingRequest:
    about = Reply(
        id=f"chatcmpl-{question}-{reply}", persona="anselm", adapter="anselm-v1", context=context(question), text=reply
    )
    return RatingRequest(reply=about, person=person, verdict=verdict)


def pair(
    key: str,
    chosen: str,
    rejected: str,
    *,
    source: str = "comparison",
    person: str = "telegram-7",
    persona: str = "anselm",
) -> PairRequest:
    return PairRequest(
        key=key,
        persona=persona,
        context=context("bread?"),
        chosen=chosen,
        rejected=rejected,
        person=person,
        source=source,
    )
