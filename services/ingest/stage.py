"""What every long piece of work stands on."""

from __future__ import annotations

from dataclasses import dataclass

from services.ingest.keys import Keys
from services.ingest.settings import IngestSettings
from shared.database import Database
from shared.jobs import JobReporter


@dataclass(frozen=True)
class Stage:
    """A task's settings, database, keys, and where it reports its progress."""

    settings: IngestSettings
    database: Database
    keys: Keys
    progress: JobReporter
