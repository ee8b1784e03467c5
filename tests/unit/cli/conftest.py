from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.fake_services import FakeServices, serve

NAMES = ("INGEST", "TRAINER", "INFERENCE", "RETRIEVAL", "FEEDBACK")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ANSELM_HOME, and no settings from the developer's shell."""
    for name in ("SECRETS_DIR", "SERVICE_TOKEN", "PERSONA", *(f"{name}_URL" for name in NAMES)):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "secrets").mkdir()
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path / "secrets"))
    monkeypatch.setenv("ANSELM_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def services(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServices]:
    """Every service, faked on one socket."""
    with serve() as services:
        for name in NAMES:
            monkeypatch.setenv(f"{name}_URL", services.url)
        monkeypatch.setenv("SERVICE_TOKEN", "token")
        yield services
