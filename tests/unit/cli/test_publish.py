"""`anselm publish`: three files or a refusal; and what evaluations show of leaks."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from cli.leaks import print_leaks
from cli.main import main
from shared.contracts.trainer import PUBLISHED, Evaluation
from shared.packing import packed
from tests.unit.cli.fake_services import FakeServices, Raw, Refusal
from tests.unit.cli.test_commands import EVALUATION, document

PATH = "POST /v1/adapters/anselm-v7/publish"
FILES: list[tuple[str, Path | bytes]] = [(name, name.encode()) for name in PUBLISHED]
ARCHIVE = b"".join(packed(FILES))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    return made


def test_a_folder_gets_the_three_files(services: FakeServices, folder: Path, capsys) -> None:
    services.routes[PATH] = Raw(ARCHIVE)
    out = folder / "voice"
    assert main(["publish", "anselm-v7", "--to", str(out), "--license", "mit", "--without-canaries", "--json"]) == 0
    assert document(capsys) == {"adapter": "anselm-v7", "to": str(out), "files": list(PUBLISHED)}
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {name: name.encode() for name in PUBLISHED}
    [asked] = services.asked("POST", "/v1/adapters/anselm-v7/publish")
    assert (asked.json["license"], asked.json["without_canaries"], asked.json["with_system_prompt"]) == (
        "mit",
        True,
        False,
    )


def test_a_zip_is_what_came(services: FakeServices, folder: Path, capsys) -> None:
    services.routes[PATH] = Raw(ARCHIVE)
    assert main(["publish", "anselm-v7", "--to", str(folder / "voice.zip")]) == 0
    assert (folder / "voice.zip").read_bytes() == ARCHIVE
    assert zipfile.ZipFile(folder / "voice.zip").namelist() == list(PUBLISHED)
    assert "Read the card" in capsys.readouterr().out
    assert main(["publish", "anselm-v7", "--to", str(folder / "voice.zip")]) == 1
    assert "--force" in capsys.readouterr().err


def test_a_folder_with_something_in_it_is_left_alone(services: FakeServices, folder: Path, capsys) -> None:
    services.routes[PATH] = Raw(ARCHIVE)
    (folder / "diary.txt").write_text("mine")
    assert main(["publish", "anselm-v7", "--to", str(folder)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert services.requests == []
    assert main(["publish", "anselm-v7", "--to", str(folder), "--force"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted([*PUBLISHED, "diary.txt"])


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Refusal(409, "gate_refused", "anselm-v7 was not evaluated.", "Run: anselm evaluate anselm-v7"),
            "anselm evaluate",
        ),
        (Raw(ARCHIVE, cut=True), "does not answer"),
        (Raw(ARCHIVE[:-30]), "did not arrive whole"),
        (Raw(b"".join(packed([*FILES, ("optimizer.pt", b"x")]))), "something else than an adapter"),
        (Raw(b"".join(packed([("../README.md", b"x")]))), "something else than an adapter"),
    ],
)
def test_what_is_not_whole_or_not_allowed_leaves_nothing(
    services: FakeServices, folder: Path, capsys, answer: object, said: str
) -> None:
    services.routes[PATH] = answer
    for to in (folder / "voice", folder / "voice.zip"):
        assert main(["publish", "anselm-v7", "--to", str(to)]) == 1
        assert said in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def shown(*evaluations: Evaluation) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_leaks(evaluations, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_leaks_stand_beside_the_base_model() -> None:
    text = shown(Evaluation.model_validate(EVALUATION))
    rows = [line.split()[-2:] for line in text.splitlines() if line.startswith("exposure")]
    assert rows == [["3.5", "4.5"], ["1.5", "3.2"]]
    assert text.count("0 of 4") == 2
    assert "1 of 32" in text


def test_what_was_not_measured_is_said() -> None:
    blind = {
        "canaries": 0,
        "repeats": 0,
        "persona": {"verbatim": 0, "replies": 32},
        "base": {"verbatim": 0, "replies": 32},
    }
    text = shown(Evaluation.model_validate(EVALUATION | {"leaks": blind}))
    assert text.count("not measured") == 6
    assert "anselm dataset build --canaries" in text
    assert "evaluate it again" in shown(Evaluation.model_validate(EVALUATION | {"leaks": None}))
