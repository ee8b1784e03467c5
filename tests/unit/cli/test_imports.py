"""`anselm imports`: the report of an import, in tables, bars and a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cli.columns import draw, every_month
from cli.main import main
from tests.unit.cli.fake_services import FakeServices
from tests.unit.cli.test_commands import AT, document

REPORT = {
    "chats": 20,
    "read": 1_500,
    "new": 1_480,
    "service": 7,
    "service_by": {"phone_call": 2, "topic_created": 5},
    "by_chat": {str(number): 10 * number for number in range(1, 21)},
    "by_month": {"2023-11": 80, "2024-01": 1_420},
    "topics": 5,
    "refused": {"date_missing": 13},
    "refused_examples": [{"chat": "7", "message_id": 4, "reason": "date_missing", "field": "date"}],
    "masked": {"phone": 3},
}


def imported(number: int, **more: Any) -> dict[str, Any]:
    about = {"id": f"i{number}", "state": "done", "filename": f"result{number}.json", "source": "export"}
    return {**about, "owner": "user_ab12", "report": REPORT, "error": None, "created_at": AT, **more}


def lines_with(text: str, output: str) -> list[list[str]]:
    return [line.split() for line in output.splitlines() if text in line]


def test_the_newest_import_is_shown_with_everything(services: FakeServices, capsys) -> None:
    services.routes["GET /v1/imports"] = [imported(2), imported(1)]
    assert main(["imports", "show"]) == 0
    output = capsys.readouterr().out
    assert "import i2 from export: done" in output
    assert lines_with("phone_call", output) == [["phone_call", "2"]]
    assert lines_with("topics", output) == [["topics", "5"]]
    assert lines_with("date_missing", output) == [
        ["refused:", "date_missing", "13"],
        ["date_missing", "7", "4", "date"],
    ]
    assert lines_with("and 5 more chats", output)
    assert ["20", "200"] in [line.split() for line in output.splitlines()], "the chat with the most"
    assert "1,420" in output
    assert "█" in output


def test_names_of_chats_are_shown_when_asked_for(services: FakeServices, capsys) -> None:
    chat = {"id": 20, "name": "Boat [club]", "type": "private_group", "messages": 200, "people": []}
    services.routes |= {"GET /v1/imports/i1": imported(1), "GET /v1/chats": [chat]}
    assert main(["imports", "show", "i1"]) == 0
    assert "Boat" not in capsys.readouterr().out
    assert services.asked("GET", "/v1/chats") == []
    assert main(["imports", "show", "i1", "--names"]) == 0
    assert lines_with("Boat [club]", capsys.readouterr().out) == [["20", "Boat", "[club]", "200"]]
    assert main(["imports", "show", "i1", "--names", "--json"]) == 0
    shown = document(capsys)
    assert (shown["report"]["read"], shown["chat_names"]) == (1_500, {"20": "Boat [club]"})


def test_a_plot_is_a_file(services: FakeServices, tmp_path: Path, capsys) -> None:
    services.routes["GET /v1/imports/i1"] = imported(1, filename="<mine> & co.json")
    file = tmp_path / "months.svg"
    assert main(["imports", "show", "i1", "--plot", str(file), "--json"]) == 0
    assert document(capsys)["id"] == "i1"
    titles = [title.text for title in ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}title")]
    assert titles == ["<mine> & co.json: messages by month", "2023-11: 80", "2023-12: 0", "2024-01: 1,420"]
    assert main(["imports", "show", "i1", "--plot", str(tmp_path / "no" / "folder.svg")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_imports_are_listed(services: FakeServices, capsys) -> None:
    services.routes["GET /v1/imports"] = [imported(2, state="failed", report={}), imported(1, source="pull")]
    assert main(["imports", "list"]) == 0
    output = capsys.readouterr().out
    assert lines_with("i1", output)[0][:7] == ["i1", "result1.json", "pull", "done", "1,500", "1,480", "13"]
    assert main(["imports", "list", "--json"]) == 0
    assert [one["id"] for one in document(capsys)] == ["i2", "i1"]


def test_before_the_first_import(services: FakeServices, capsys) -> None:
    services.routes["GET /v1/imports"] = []
    assert main(["imports", "show"]) == 1
    assert "anselm import" in capsys.readouterr().err
    assert main(["imports", "list"]) == 0
    assert "anselm import" in capsys.readouterr().out


def test_months_without_messages_are_months_too() -> None:
    assert every_month({"2024-02": 1, "2023-11": 2}) == {"2023-11": 2, "2023-12": 0, "2024-01": 0, "2024-02": 1}
    assert every_month({}) == {}
    assert draw({}) == []


@pytest.mark.parametrize("months", [1, 3, 30, 100, 101, 480])
def test_bars_fit_the_width_whatever_the_history(months: int) -> None:
    counts = {f"{1990 + n // 12}-{n % 12 + 1:02}": n + 1 for n in range(months)}
    *bars, names = [line for line in draw(counts, width=100) if not line.startswith("each")]
    assert len(bars) == 8
    assert max(map(len, bars)) <= 100 + len("116,000 ")
    assert names.split()[:2] == ["0", "1990-01"]
    assert bars[-1].split()[-1][0] in "▁▂▃▄▅▆▇█", "one message is seen beside many"
    assert (len(draw(counts, width=100)) == 10) == (months > 100)


def test_the_highest_bar_fills_its_column() -> None:
    lines = draw({"2024-01": 1, "2024-02": 2}, width=8, height=4)
    assert [line[2:] for line in lines[:4]] == ["    ███", "    ███", "███ ███", "███ ███"]
    assert lines[4] == "0 2024-01"
