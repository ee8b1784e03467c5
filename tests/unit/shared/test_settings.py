from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import make_url

from shared.settings import Settings

AWKWARD = "p@ss:w/rd?#%41 ü&"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder to run in, nothing of ours in the environment, and no ``.env`` but one in that folder."""
    for name in [*(field.upper() for field in Settings.model_fields), "SECRETS_DIR"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / ".env")
    return tmp_path


def test_sources_are_asked_in_order(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "secrets").mkdir()
    (bare / "secrets" / "service_token").write_text("from-file\n")
    monkeypatch.setenv("SECRETS_DIR", str(bare / "secrets"))
    assert Settings().service_token.get_secret_value() == "from-file"

    (bare / ".env").write_text("SERVICE_TOKEN=from-dotenv\n")
    assert Settings().service_token.get_secret_value() == "from-dotenv"

    monkeypatch.setenv("SERVICE_TOKEN", "from-environment")
    assert Settings().service_token.get_secret_value() == "from-environment"

    assert Settings(service_token=SecretStr("given")).service_token.get_secret_value() == "given"


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_URL", "")
    assert Settings().ingest_url == "http://127.0.0.1:8101"


def test_any_password_survives_the_database_url() -> None:
    settings = Settings(
        database_url="postgresql://anselm@db.example:5433/anselm?sslmode=require", postgres_password=SecretStr(AWKWARD)
    )
    url = make_url(settings.sqlalchemy_url)
    assert (url.password, url.username, url.host, url.port) == (AWKWARD, "anselm", "db.example", 5433)
    assert (url.drivername, url.database, url.query["sslmode"]) == ("postgresql+psycopg", "anselm", "require")


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/3", "redis://:old@127.0.0.1:6379/3"])
def test_any_password_survives_the_redis_url(url: str) -> None:
    parts = urlsplit(Settings(redis_url=url, redis_password=SecretStr(AWKWARD)).broker_url)
    assert unquote(parts.password or "") == AWKWARD
    assert (parts.hostname, parts.port, parts.path) == ("127.0.0.1", 6379, "/3")


def test_urls_without_a_password_stay_as_they_are() -> None:
    settings = Settings(database_url="postgres://anselm@db/anselm")
    assert settings.broker_url == settings.redis_url
    assert settings.sqlalchemy_url == "postgresql+psycopg://anselm@db/anselm"


def test_no_secret_is_shown() -> None:
    settings = Settings(service_token=SecretStr("open-sesame"), postgres_password=SecretStr("hush-hush"))
    assert "open-sesame" not in repr(settings)
    assert "hush-hush" not in repr(settings)
    assert sorted(settings.secrets()) == ["hush-hush", "open-sesame"]


def test_the_home_is_absolute(bare: Path) -> None:
    assert Settings(anselm_home=Path("state")).anselm_home == bare / "state"


def test_a_wrong_log_level_names_the_field() -> None:
    assert Settings(log_level="DEBUG").log_level == "debug"  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="log_level"):
        Settings(log_level="loud")  # type: ignore[arg-type]


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
