"""Logging in at Telegram, and out again."""

from __future__ import annotations

import logging

import pytest
from telethon.tl import functions

from services.ingest.pulling import access, login
from services.ingest.pulling.access import Access
from shared.contracts.telegram import LoginStep, TelegramState
from shared.errors import Conflict, Invalid, Unavailable
from tests.integration.ingest.pulls import Pulls
from tests.peers.mtproto.password import CloudPassword

PASSWORD = "correct horse battery staple"


async def test_phone_and_code(pulls: Pulls, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = pulls.world.client
    assert await client.telegram() == TelegramState(configured=True, step=LoginStep.OUT, account=None)
    await pulls.log_in()
    assert await client.telegram() == TelegramState(configured=True, step=LoginStep.IN, account=None)
    assert len(pulls.telegram.account.entered) == 1
    with pytest.raises(Conflict, match="logged in already"):
        await client.login("+4915112345")
    said = caplog.text
    assert not any(word in said for word in ("4915112345", "24680", pulls.access.logins.expect(LoginStep.IN).session))


async def test_a_wrong_code_may_be_corrected(pulls: Pulls) -> None:
    client = pulls.world.client
    await client.login("+49 151 12345")
    with pytest.raises(Invalid, match="code is wrong"):
        await client.login_code("11111")
    assert (await client.login_code("2-4-6-8-0")).step is LoginStep.IN


async def test_two_step_password(pulls: Pulls) -> None:
    pulls.telegram.account.password = CloudPassword.of(PASSWORD)
    client = pulls.world.client
    await client.login("4915112345")
    assert (await client.login_code("24680")).step is LoginStep.PASSWORD
    with pytest.raises(Invalid, match="password is wrong"):
        await client.login_password("incorrect horse")
    assert not pulls.telegram.account.entered
    assert (await client.login_password(PASSWORD)).step is LoginStep.IN


async def test_a_scanned_qr_code(pulls: Pulls) -> None:
    client = pulls.world.client
    first = await client.login_qr()
    assert (first.step, first.url) == (LoginStep.QR, "tg://login?token=dG9rZW4tdG8tc2Nhbg")
    assert first.expires_at is not None
    assert (await client.login_qr()).step is LoginStep.QR
    pulls.telegram.account.scanned = True
    assert (await client.login_qr()).step is LoginStep.IN


async def test_a_scanned_qr_code_with_a_password(pulls: Pulls) -> None:
    pulls.telegram.account.password, pulls.telegram.account.scanned = CloudPassword.of(PASSWORD), True
    assert (await pulls.world.client.login_qr()).step is LoginStep.PASSWORD
    assert (await pulls.world.client.login_password(PASSWORD)).step is LoginStep.IN


async def test_an_account_in_another_data_centre(pulls: Pulls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access._Client, "_config", None)  # which lists data centres, and is kept for all clients
    pulls.telegram.account.scanned = pulls.telegram.account.elsewhere = True
    assert (await pulls.world.client.login_qr()).step is LoginStep.IN
    pulls.telegram.account.private_chat(2, "Boris").say("hello")
    assert (await pulls.pull(dms=True)).report.new == 1
    monkeypatch.setattr(access._Client, "_config", None)


async def test_the_session_is_sealed_and_for_the_owner_alone(pulls: Pulls) -> None:
    await pulls.log_in()
    file = pulls.world.settings.session_file
    session = pulls.access.logins.expect(LoginStep.IN).session
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(session) > 300
    for found in pulls.world.settings.anselm_home.rglob("*"):
        if found.is_file():
            assert session.encode() not in found.read_bytes(), found
            assert b"4915112345" not in found.read_bytes(), found
    assert [one.name for one in file.parent.iterdir() if one.name.startswith(".")] == [], "no scratch file is left"


async def test_logging_out(pulls: Pulls) -> None:
    await pulls.log_in()
    assert (await pulls.world.client.logout()).step is LoginStep.OUT
    assert not pulls.telegram.account.entered
    assert not pulls.world.settings.session_file.exists()
    assert len(pulls.telegram.called(functions.auth.LogOutRequest)) == 1
    with pytest.raises(Conflict, match="Nobody is logged in"):
        await pulls.ask(dms=True)
    await pulls.log_in()


async def test_a_session_that_telegram_has_ended_can_be_logged_out(pulls: Pulls) -> None:
    await pulls.log_in()
    pulls.telegram.account.revoke()
    assert (await pulls.world.client.logout()).step is LoginStep.OUT


async def test_steps_have_an_order(pulls: Pulls) -> None:
    with pytest.raises(Conflict, match="No login waits for the code"):
        await pulls.world.client.login_code("24680")


async def test_credentials_that_are_missing_or_wrong(pulls: Pulls) -> None:
    settings = pulls.world.settings
    for changes, why in (
        ({"tg_api_id": None}, "not set"),
        ({"tg_api_id": 999}, "does not know TG_API_ID"),
        ({"tg_api_hash": type(settings.tg_api_hash)("0" * 32)}, "does not know TG_API_ID"),
    ):
        other = Access(settings.model_copy(update=changes), pulls.access.keys, pulls.server)
        with pytest.raises(Invalid, match=why) as refused:
            await login.begin(other, "+4915112345")
        assert "my.telegram.org" in str(refused.value)
    assert not settings.session_file.exists()


async def test_a_number_that_telegram_does_not_know(pulls: Pulls) -> None:
    with pytest.raises(Invalid, match="phone number"):
        await pulls.world.client.login("+49 151 99999")


async def test_telegram_out_of_reach(pulls: Pulls) -> None:
    pulls.telegram.go_away()
    with pytest.raises(Unavailable, match="Telegram does not answer"):
        await pulls.world.client.login("+4915112345")
