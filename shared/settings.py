"""Settings that every service has. Each service adds its own in a subclass.

A value comes from, in this order: the environment, ``.env``, a secret file in ``SECRETS_DIR`` named like the field,
the default. Secret files are how containers get passwords and tokens (`anselm init` writes them).
"""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[1]


def default_home() -> Path:
    """State beside the code; for root below a public folder, since PostgreSQL then runs as another user."""
    if os.geteuid() != 0:
        return CHECKOUT / ".anselm"
    tag = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    return Path("/var/lib/anselm") / f"{CHECKOUT.name}-{tag}"


class Settings(BaseSettings):
    """What every process of the system needs to find its place."""

    model_config = SettingsConfigDict(env_file=CHECKOUT / ".env", env_ignore_empty=True, extra="ignore", frozen=True)

    #: What calls to other services say that they come from, for the audit log.
    caller: ClassVar[str] = "service"

    anselm_home: Path = Field(
        default_factory=default_home,
        description="Folder (a volume) that holds all state; unless set, .anselm beside the code, for root a folder "
        "below /var/lib/anselm",
    )
    database_url: str = Field(
        default="postgresql://anselm@127.0.0.1:5432/anselm", description="PostgreSQL with pgvector, without password"
    )
    postgres_password: SecretStr = Field(default=SecretStr(""), description="Password for DATABASE_URL's user")
    redis_url: str = Field(default="redis://127.0.0.1:6379/0", description="Valkey or Redis, without password")
    redis_password: SecretStr = Field(default=SecretStr(""), description="Password for REDIS_URL")
    service_token: SecretStr = Field(default=SecretStr(""), description="Bearer token of every call between services")

    ingest_url: str = Field(default="http://127.0.0.1:8101", description="Where ingest answers")
    trainer_url: str = Field(default="http://127.0.0.1:8102", description="Where trainer answers")
    inference_url: str = Field(default="http://127.0.0.1:8103", description="Where the gateway answers")
    retrieval_url: str = Field(default="http://127.0.0.1:8104", description="Where retrieval answers")
    feedback_url: str = Field(default="http://127.0.0.1:8105", description="Where feedback answers")

    sweep_every: timedelta = Field(
        default=timedelta(days=1),
        ge=timedelta(0),
        description="Pause between sweeps of what is older than the KEEP settings allow; a day is as fine as they are. "
        "0: nothing is ever swept",
    )
    keep_turns: timedelta = Field(
        default=timedelta(days=365),
        ge=timedelta(0),
        description="How long conversations with testers are remembered: a year is as far as anyone refers back; "
        "0: until forgotten",
    )
    keep_feedback: timedelta = Field(
        default=timedelta(days=730),
        ge=timedelta(0),
        description="How long ratings, pairs and preference datasets with them are kept: by then the voice that they "
        "judged has been trained anew many times; 0: until forgotten",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    request_timeout: timedelta = Field(
        default=timedelta(seconds=30), description="A call between services that takes longer has failed"
    )

    @field_validator("anselm_home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("*", mode="before")
    @classmethod
    def _seconds(cls, value: Any, info: ValidationInfo) -> Any:
        """A duration may be written as a plain number of seconds, beside ``hh:mm:ss`` and ISO 8601."""
        field = cls.model_fields[info.field_name or ""]
        if field.annotation is timedelta and isinstance(value, str) and value.replace(".", "", 1).isdecimal():
            return float(value)
        return value

    @property
    def sqlalchemy_url(self) -> str:
        """The database URL with driver and password, for SQLAlchemy and Alembic."""
        url = _with_password(self.database_url, self.postgres_password)
        return f"postgresql+psycopg://{url.partition('://')[2]}"

    @property
    def broker_url(self) -> str:
        """The Redis URL with password, for Celery and redis-py."""
        return _with_password(self.redis_url, self.redis_password)

    def secrets(self) -> list[str]:
        """Every secret that is set, for those who must keep them out of what they write."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [secret for value in values if isinstance(value, SecretStr) and (secret := value.get_secret_value())]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources: tuple[Any, ...] = (init_settings, env_settings, dotenv_settings)
        if folder := os.environ.get("SECRETS_DIR"):
            sources += (SecretsSettingsSource(settings_cls, secrets_dir=folder),)
        return sources


def _with_password(url: str, password: SecretStr) -> str:
    secret = password.get_secret_value()
    if not secret:
        return url
    scheme, rest = url.split("://", 1)
    user, _, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}:{quote(secret, safe='')}@{host}"
