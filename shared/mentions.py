"""Names in texts, as PostgreSQL looks for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What may be a pseudonym in a text.
PSEUDONYM = "user_[0-9a-f]{4,}"


def mentioning(names: Iterable[str]) -> str:
    """An expression for PostgreSQL's ``~*`` that finds any of these as a word of its own."""
    return "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names if name)
