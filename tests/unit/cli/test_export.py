"""`anselm export`: a private file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import main
from tests.unit.cli.fake_services import FakeServices, Raw, Refusal
from tests.unit.cli.test_commands import document

CONTENT = b'{"chats": {"list": []}}' * 10_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Apart from what the command line itself keeps."""
    made = tmp_path / "mine"
    made.mkdir()
    return made


def test_the_file_is_the_answer_and_only_its_owners(services: FakeServices, folder: Path, capsys) -> None:
    services.routes["GET /v1/export"] = Raw(CONTENT)
    file = folder / "result.json"
    assert main(["export", str(file), "--owner", "Ada", "--json"]) == 0
    captured = capsys.readouterr()
    assert "raw text, real names" in captured.err
    assert captured.out.strip().endswith("}")
    assert file.read_bytes() == CONTENT
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["result.json"]
    (asked,) = services.asked("GET", "/v1/export")
    assert (asked.query, asked.token) == ({"owner": "Ada"}, "token")


def test_what_is_there_stays_unless_forced(services: FakeServices, folder: Path, capsys) -> None:
    services.routes["GET /v1/export"] = Raw(CONTENT)
    file = folder / "result.json"
    file.write_text("precious")
    assert main(["export", str(file)]) == 1
    assert "--force" in capsys.readouterr().err
    assert services.requests == []
    assert file.read_text() == "precious"
    assert main(["export", str(file), "--force", "--json"]) == 0
    assert document(capsys) == {"file": str(file), "bytes": len(CONTENT)}
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("answer", "said"),
    [(Raw(CONTENT, cut=True), "does not answer"), (Refusal(404, "not_found", "There is no history."), "no history")],
)
def test_half_a_history_is_none(services: FakeServices, folder: Path, capsys, answer: object, said: str) -> None:
    services.routes["GET /v1/export"] = answer
    file = folder / "result.json"
    file.write_text("the one before")
    (folder / ".result.json.part").write_text("left by a kill")
    assert main(["export", str(file), "--force"]) == 1
    assert said in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["result.json"]
    assert file.read_text() == "the one before"


def test_a_folder_that_is_not_there_is_named(services: FakeServices, folder: Path, capsys) -> None:
    services.routes["GET /v1/export"] = Raw(CONTENT)
    assert main(["export", str(folder / "no" / "result.json")]) == 1
    assert "cannot be written" in capsys.readouterr().err
