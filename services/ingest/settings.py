"""Settings of ingest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import Settings


class IngestSettings(Settings):
    ingest_key_file: Path | None = Field(
        default=None,
        description="File with the 32-byte keys (hex) that pseudonyms and stored text depend on; none: "
        "ANSELM_HOME/secrets/ingest_key, made on first use. Lose it and stored raw text cannot be read again",
    )
    max_export_bytes: int = Field(
        default=16 * 1024**3,
        gt=0,
        description="Largest accepted upload, and the most that is read out of an archive; a result.json without "
        "media is rarely over 2 GiB",
    )
    import_batch: int = Field(
        default=2_000,
        ge=1,
        le=50_000,
        description="Messages a transaction: large enough for COPY, small enough to resume",
    )
    cleaning_processes: int | None = Field(
        default=None, ge=1, description="Processes that clean beside each other in a large import; unset: one a core"
    )
    crew_from_bytes: int = Field(
        default=4 * 1024**2, ge=0, description="Texts of an import that are cleaned without further processes"
    )
    mask_owner: bool = Field(
        default=False,
        description="Whether the owner's first name becomes a pseudonym too, as everybody else's names do",
    )
    min_examples: int = Field(
        default=20, ge=3, description="A dataset with fewer examples teaches nothing and leaves a split empty"
    )
    import_retry_s: float = Field(
        default=5.0, gt=0, description="Pause before a job goes on when the database was away"
    )

    tg_api_id: int | None = Field(
        default=None, description='From my.telegram.org, "API development tools"; only reading from Telegram needs it'
    )
    tg_api_hash: SecretStr = Field(default=SecretStr(""), description="Beside TG_API_ID at my.telegram.org; a secret")
    tg_session_file: Path | None = Field(
        default=None,
        description="Where the login at Telegram is kept, sealed with the key of INGEST_KEY_FILE; none: "
        "ANSELM_HOME/secrets/telegram_session",
    )
    pull_reread: int = Field(
        default=500,
        ge=0,
        description="Messages below a chat's cursor that each pull reads again, to see edits and deletions: five "
        "requests; edits and deletions further back stay unseen",
    )
    pull_every: timedelta = Field(
        default=timedelta(0),
        ge=timedelta(0),
        description="Pause between pulls of what is new in the chats that were pulled before; 0: pull only when asked",
    )

    @property
    def session_file(self) -> Path:
        return self.tg_session_file or self.anselm_home / "secrets" / "telegram_session"

    @property
    def uploads(self) -> Path:
        return self.anselm_home / "imports"

    @property
    def datasets(self) -> Path:
        return self.anselm_home / "datasets"

    @property
    def key_file(self) -> Path:
        return self.ingest_key_file or self.anselm_home / "secrets" / "ingest_key"

    @property
    def sealed_files(self) -> tuple[Path, ...]:
        """Files, there or not, whose whole content is under the key of stored text."""
        return (self.session_file,)
