from __future__ import annotations

from typing import Any

import pytest

from cli.main import main
from tests.unit.cli.fake_services import FakeServices

CHAT: dict[str, Any] = {"id": 7, "name": None, "type": "personal_chat", "messages": 4, "people": ["user_0001"]}
PATH = "/v1/chats/7/relation"


@pytest.mark.parametrize(("word", "sent"), [("work", "work"), ("auto", None)])
def test_the_owner_says_who_is_in_a_chat(services: FakeServices, capsys, word: str, sent: str | None) -> None:
    services.routes[f"PUT {PATH}"] = CHAT | {"relation": "work", "relation_set": True}
    assert main(["chats", "relation", "7", word]) == 0
    assert [request.json for request in services.asked("PUT", PATH)] == [{"relation": sent}]
    assert "people from work" in capsys.readouterr().err


def test_what_was_derived_is_told_from_what_was_said(services: FakeServices, capsys) -> None:
    said = CHAT | {"id": 8, "relation": "family", "relation_set": True}
    services.routes["GET /v1/chats"] = [CHAT | {"relation": "friend"}, said]
    assert main(["chats", "list"]) == 0
    shown = capsys.readouterr().out
    assert "friend (auto)" in shown
    assert "family (auto)" not in shown
