"""Settings of ingest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

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
    keep_raw: timedelta = Field(
        default=timedelta(0),
        ge=timedelta(0),
        description="How long after its import raw text is kept beside the cleaned one; 0: until forgotten, since "
        "better cleaning and taking the history out need it",
    )
    keep_audit: timedelta = Field(
        default=timedelta(days=1095),
        ge=timedelta(0),
        description="How long the audit log is kept: three years, in which most claims have to be made; 0: for ever",
    )
    keep_import_files: timedelta = Field(
        default=timedelta(days=1),
        ge=timedelta(0),
        description="How long the files of an import that was killed at its end may lie; others remove theirs at once. "
        "0: for ever",
    )
    mask_owner: bool = Field(
        default=False,
        description="Whether the owner's first name becomes a pseudonym too, as everybody else's names do",
    )
    dataset_plots: bool = Field(
        default=True, description="Draw the plots and the report of every dataset version, which takes some seconds"
    )
    min_examples: int = Field(
        default=20, ge=3, description="A dataset with fewer examples teaches nothing and leaves a split empty"
    )
    tokenizer_file: Path | None = Field(
        default=None,
        description="tokenizer.json of the base model, by which the length of examples is told; none: it is estimated "
        "from their bytes",
    )
    import_retry_s: float = Field(
        default=5.0, gt=0, description="Pause before a job goes on when the database was away"
    )

    forget_patience: timedelta = Field(
        default=timedelta(seconds=15),
        ge=timedelta(0),
        description="How long a request to forget waits for every place to be told; the rest goes on in the background",
    )
    forget_live_adapter: Literal["retire", "keep"] = Field(
        default="retire",
        description="A live adapter that learned from somebody forgotten: retire at once, or keep until another one is "
        "promoted",
    )
    forget_retrain: bool = Field(
        default=True,
        description="Build withdrawn datasets anew without them, and train on those what had learned from them",
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
