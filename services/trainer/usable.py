"""Whether an adapter may still be worked with: trained on, merged, evaluated, promoted, published."""

from __future__ import annotations

from services.trainer.models import AdapterRow
from shared.errors import Conflict


def require_usable(row: AdapterRow) -> None:
    """
    Raises:
        Conflict: what it learned from was withdrawn, or its weights were removed to free space.
    """
    if row.tainted or row.leaving:
        raise Conflict(f"{row.name} learned from data that was withdrawn.", hint="Train on a new dataset.")
    if row.removed_at is not None:
        raise Conflict(
            f"The weights of {row.name} were removed on {row.removed_at:%Y-%m-%d} to free space.",
            hint=f"Train another one; what this one was made of says: anselm adapters show {row.name}",
        )
