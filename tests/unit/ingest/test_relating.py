from __future__ import annotations

import pytest

from services.ingest.relating import relation_of
from shared.system_prompt import Relation


@pytest.mark.parametrize(
    ("kind", "name", "relation"),
    [
        ("personal_chat", "Mira Holt", Relation.FRIEND),
        ("personal_chat", None, Relation.FRIEND),
        ("personal_chat", "Мама ❤️", Relation.FAMILY),
        ("personal_chat", "Onkel Karl", Relation.FAMILY),
        ("personal_chat", "Anna (work)", Relation.WORK),
        ("personal_chat", "Любимая", Relation.PARTNER),
        ("personal_chat", "Momoko Workman", Relation.FRIEND),
        ("private_group", "Sailing", Relation.GROUP),
        ("private_supergroup", "Family 2024", Relation.FAMILY),
        ("private_group", "HR team", Relation.WORK),
    ],
)
def test_a_chat_is_what_its_name_and_type_tell(kind: str, name: str | None, relation: Relation) -> None:
    assert relation_of(kind, name) == relation
