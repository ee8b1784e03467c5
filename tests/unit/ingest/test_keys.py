from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from services.ingest import key_file, key_use, models
from services.ingest.key_file import KeyFile, TextKey
from services.ingest.keys import Keys, keys_in_use, load_keys
from services.ingest.repository.sealed import sealed_columns
from services.ingest.uploads import safe_name
from shared.errors import AnselmError, Unavailable


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
    assert len({*keys.text, keys.pseudonyms, keys.fingerprints}) == 3


def test_a_value_that_was_sealed_before_keys_could_rotate_still_opens(tmp_path: Path) -> None:
    file = tmp_path / "ingest_key"
    file.write_text("11" * 32 + "\n")
    sealed = bytes.fromhex("000102030405060708090a0b81553c62bde3dc8f823acd2df139c562331e0554")
    assert load_keys(file).unseal(sealed) == "ahoi"


def test_while_keys_rotate_the_newest_seals_and_all_open(tmp_path: Path) -> None:
    secret = b"s" * 32
    first = Keys.derive(secret)
    old, new = TextKey(first.text[0], "first"), TextKey(b"n" * 32, "r1")
    both, later = Keys.of(KeyFile(secret, (new, old))), Keys.of(KeyFile(secret, (new,)))
    assert (both.pseudonyms, both.fingerprints) == (first.pseudonyms, first.fingerprints)
    before = first.seal("ahoi")
    assert both.unseal(before) == "ahoi"
    after = both.sealed_anew(before)
    assert after is not None
    assert both.sealed_anew(after) is None, "it is under the newest key already"
    assert later.unseal(after) == "ahoi"
    for keys, sealed in ((later, before), (first, after)):
        with pytest.raises(AnselmError, match="cannot be read with this key"):
            keys.unseal(sealed)
    with pytest.raises(AnselmError, match="cannot be read with this key"):
        both.sealed_anew(Keys.derive(b"other").seal("x"))


def test_the_key_file_says_what_it_was_told(tmp_path: Path) -> None:
    file = tmp_path / "ingest_key"
    key_file.create(file)
    content = KeyFile(key_file.read(file).secret, (TextKey(b"b" * 32, "r2"), TextKey(b"a" * 32, "r1")))
    (tmp_path / ".ingest_key.new").write_text("left by a crash")
    key_file.replace(file, content)
    assert key_file.read(file) == content
    assert (content.name, content.is_rotating) == ("r2", True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["ingest_key"]
    for wrong in ("", "text: aa r1", f"{'11' * 32}\ntext: abc r1", f"{'11' * 32}\nnote: {'11' * 32} r1", "11" * 31):
        file.write_text(wrong)
        with pytest.raises(AnselmError, match="64 hex digits"):
            load_keys(file)
    file.unlink()
    with pytest.raises(AnselmError, match="cannot be read"), keys_in_use(file):
        pytest.fail("no keys, and no new ones in their place")


async def test_a_key_is_added_only_while_nobody_uses_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_use, "PATIENCE", 0.05)
    file, done = tmp_path / "ingest_key", list[str]()
    key_file.create(file)
    with keys_in_use(file), keys_in_use(file), pytest.raises(Unavailable, match="still runs"):
        await key_use.when_unused(file, lambda: done.append("too early"))
    await key_use.when_unused(file, lambda: done.append("now"))
    assert done == ["now"]


def test_every_column_of_bytes_is_sealed_or_a_hash() -> None:
    hashes = {
        "peer_hash",
        "cleaned_with",
        "fingerprint",
        "hash",
        "signature",
        "phrase_hash",
        "word_hash",
        "audit.person",
        "dataset_examples.digest",
    }
    columns = {
        c for table in models.Base.metadata.sorted_tables for c in table.columns if isinstance(c.type, LargeBinary)
    }
    sealed = {f"{one.table.name}.{one.column.name}" for one in sealed_columns()}
    assert {f"{c.table.name}.{c.name}" for c in columns if hashes.isdisjoint({c.name, str(c)})} == sealed
    assert sealed == {
        "people.profile", "chats.name", "topics.title", "messages.raw",
        "phrases.phrase", "found_names.found", "messages.details", "consents.evidence",
        "imports.owner_hint", "forgettings.subject",
    }  # fmt: skip


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
