"""``python -m shared.migrations``: what `anselm migrate` does, where there is no command line."""

from __future__ import annotations

import sys

from shared.errors import AnselmError
from shared.migrations.run import migrate
from shared.settings import Settings

try:
    migrate(Settings())
except AnselmError as error:
    sys.exit(str(error))
