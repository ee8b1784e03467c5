from __future__ import annotations

from pathlib import Path

import pytest

from services.ingest.keys import Keys, load_keys
from services.ingest.uploads import safe_name
from shared.errors import AnselmError


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "ingest_key"
    first = load_keys(file)
    assert load_keys(file) == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["ingest_key"]
    file.write_text("short")
    with pytest.raises(AnselmError, match="64 hex digits"):
        load_keys(file)


def test_sealed_text_opens_with_its_key_only() -> None:
    keys, other = Keys.derive(b"a"), Keys.derive(b"b")
    sealed = keys.seal("привет ⚓")
    assert keys.unseal(sealed) == "привет ⚓"
    assert keys.seal("привет ⚓") != sealed, "a fresh nonce each time"
    with pytest.raises(AnselmError, match="cannot be read with this key"):
        other.unseal(sealed)
    assert keys.peer_hash("user1") != other.peer_hash("user1")
    assert len(keys.fingerprint(b"x")) == 16
    assert len({keys.text, keys.pseudonyms, keys.fingerprints}) == 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("result.json", "result.json"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\result.json", "result.json"),
        ("..", "result.json"),
        ("", "result.json"),
        ("a\0b;rm.json", "a_b_rm.json"),
    ],
)
def test_file_names_are_made_safe(given: str, kept: str) -> None:
    assert safe_name(given) == kept
