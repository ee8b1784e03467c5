"""Ratings and pairs: stored once, counted, refused when they say nothing."""

from __future__ import annotations

import pytest

from shared.clients.feedback import FeedbackClient
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import FeedbackStatistics, Verdict
from shared.errors import Invalid, Unauthorized
from shared.settings import Settings
from tests.integration.feedback.conftest import pair, rating


async def test_a_second_verdict_replaces_the_first(client: FeedbackClient) -> None:
    first = await client.rate(rating("2 loaves", Verdict.LIKE_ME))
    second = await client.rate(rating("2 loaves", Verdict.NOT_LIKE_ME))
    assert (first.verdict, second.verdict) == (Verdict.LIKE_ME, Verdict.NOT_LIKE_ME)
    assert await client.ratings("anselm") == [second]


async def test_each_person_has_a_verdict_of_their_own(client: FeedbackClient) -> None:
    await client.rate(rating("2 loaves", Verdict.LIKE_ME))
    await client.rate(rating("2 loaves", Verdict.NOT_LIKE_ME, person="telegram-8"))
    assert [r.person for r in await client.ratings("anselm")] == ["telegram-7", "telegram-8"]


async def test_a_pair_sent_twice_is_one_pair(client: FeedbackClient) -> None:
    for _ in range(2):
        answer = await client.compare(pair("k1", "2 loaves", "Yes."))
    assert answer == FeedbackStatistics(persona="anselm", like_me=0, not_like_me=0, pairs=1, rewrites=0)


async def test_statistics_count_by_kind_and_persona(client: FeedbackClient) -> None:
    await client.rate(rating("a", Verdict.LIKE_ME))
    await client.rate(rating("b", Verdict.NOT_LIKE_ME))
    await client.rate(rating("c", Verdict.NOT_LIKE_ME))
    await client.compare(pair("k1", "a", "b"))
    await client.compare(pair("k2", "a", "b", source="rewrite"))
    await client.compare(pair("k3", "a", "b", persona="mira"))
    expected = FeedbackStatistics(persona="anselm", like_me=1, not_like_me=2, pairs=1, rewrites=1)
    assert await client.statistics("anselm") == expected
    assert (await client.statistics("nobody")).pairs == 0


async def test_what_says_nothing_is_refused(client: FeedbackClient) -> None:
    with pytest.raises(Invalid, match="same text"):
        await client.compare(pair("k", "yes", " yes "))
    with pytest.raises(Invalid, match="without text"):
        await client.rate(rating("  ", Verdict.LIKE_ME))
    for wrong in ([], [ChatMessage(role="assistant", content="ahoi")]):
        asked = rating("a", Verdict.LIKE_ME)
        with pytest.raises(Invalid, match="must end with the message"):
            await client.rate(asked.model_copy(update={"reply": asked.reply.model_copy(update={"context": wrong})}))
    with pytest.raises(Invalid, match="NUL"):
        await client.rate(rating("a\0b", Verdict.LIKE_ME))
    assert (await client.statistics("anselm")).like_me == 0


async def test_no_log_has_what_was_said(client: FeedbackClient, capfd: pytest.CaptureFixture[str]) -> None:
    await client.rate(rating("a most private reply", Verdict.LIKE_ME))
    await client.compare(pair("k", "chosen words", "rejected words"))
    written = "".join(capfd.readouterr())
    assert "private" not in written
    assert "words" not in written


async def test_ready_and_guarded(client: FeedbackClient, settings: Settings) -> None:
    assert (await client.readiness())["ready"]
    client._http.headers["Authorization"] = "Bearer wrong"
    with pytest.raises(Unauthorized):
        await client.statistics("anselm")


async def test_all_that_is_kept_of_a_tester(client: FeedbackClient) -> None:
    mine = rating("ahoi", Verdict.LIKE_ME)
    await client.rate(mine)
    await client.compare(pair("k1", "aye", "no"))
    await client.rate(rating("moin", Verdict.LIKE_ME, person="telegram-8"))
    kept = await client.kept_of("telegram-7")
    assert [(one.reply, one.verdict) for one in kept.ratings] == [(mine.reply, Verdict.LIKE_ME)]
    assert [(one.chosen, one.rejected, one.context) for one in kept.pairs] == [("aye", "no", mine.reply.context)]
    assert (await client.kept_of("telegram-9")).ratings == []
