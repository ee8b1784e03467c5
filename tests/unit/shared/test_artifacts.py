from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.artifacts import MANIFEST, ArtifactStore
from shared.errors import AnselmError, Conflict, Invalid, NotFound, StorageFull
from shared.waiting import wait_until


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "datasets")


def make(store: ArtifactStore, name: str = "anselm-d1") -> None:
    with store.write(name, {"persona": "anselm"}) as folder:
        (folder / "train.jsonl").write_text("{}\n")
        (folder / "plots").mkdir()
        (folder / "plots" / "length.svg").write_text("<svg/>")


def test_an_artifact_has_a_manifest_with_its_lineage(store: ArtifactStore) -> None:
    make(store)
    manifest = store.verify("anselm-d1")
    assert (manifest["name"], manifest["persona"]) == ("anselm-d1", "anselm")
    assert set(manifest["files"]) == {"train.jsonl", "plots/length.svg"}
    assert len(manifest["digest"]) == 64
    assert store.names() == ["anselm-d1"]


def test_what_is_learned_while_writing_enters_the_manifest(store: ArtifactStore) -> None:
    manifest = {"rows": 0}
    with store.write("anselm-d1", manifest):
        manifest["rows"] = 12
    assert store.manifest("anselm-d1")["rows"] == 12


def test_the_same_files_have_the_same_digest_under_any_name(store: ArtifactStore) -> None:
    make(store, "a")
    make(store, "b")
    assert store.manifest("a")["digest"] == store.manifest("b")["digest"]


def test_an_artifact_is_never_overwritten(store: ArtifactStore) -> None:
    make(store)
    before = store.verify("anselm-d1")
    with pytest.raises(Conflict, match="never changed"):
        make(store)
    assert store.verify("anselm-d1") == before


def test_of_two_writers_at_once_the_first_wins(store: ArtifactStore) -> None:
    with pytest.raises(Conflict, match="somebody else"), store.write("anselm-d1", {}) as folder:
        make(store)
        (folder / "train.jsonl").write_text("another\n")
    assert (store.path("anselm-d1") / "train.jsonl").read_text() == "{}\n"
    assert left_in(store) == {"anselm-d1"}


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_damage_is_found_and_named(store: ArtifactStore, damage: str) -> None:
    make(store)
    file = store.path("anselm-d1") / "train.jsonl"
    {
        "changed": lambda: file.write_text("{ }\n"),
        "missing": file.unlink,
        "added": lambda: file.with_name("extra").write_text(""),
    }[damage]()
    with pytest.raises(Invalid, match="extra" if damage == "added" else "train.jsonl"):
        store.verify("anselm-d1")


def test_an_error_leaves_nothing(store: ArtifactStore) -> None:
    with pytest.raises(ZeroDivisionError), store.write("anselm-d1", {}) as folder:
        (folder / "half").write_text("half")
        _ = 1 / 0
    assert left_in(store) == set()
    make(store)


def test_a_full_disk_is_told_and_leaves_nothing(store: ArtifactStore) -> None:
    with pytest.raises(StorageFull, match="Free some space"), store.write("anselm-d1", {}) as folder:
        (folder / "half").write_text("half")
        with Path("/dev/full").open("w") as full:
            full.write("x")
    assert left_in(store) == set()


def test_a_disk_that_fills_while_the_manifest_is_written(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        make(store)
    assert left_in(store) == set()


def test_a_file_too_large_is_an_error_of_the_tree(store: ArtifactStore) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(AnselmError, match="could not be written"), store.write("anselm-d1", {}) as folder:
            (folder / "large").write_bytes(bytes(4096))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert left_in(store) == set()


KILLED = """
import sys, time
from pathlib import Path
from shared.artifacts import ArtifactStore
with ArtifactStore(Path(sys.argv[1])).write("anselm-d1", {}) as folder:
    (folder / "half").write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_nothing_that_is_seen_and_the_next_one_sweeps(store: ArtifactStore) -> None:
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(store.root)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"writing\n"
    assert store.names() == []

    make(store, "anselm-d2")
    assert len(left_in(store)) == 2, "a writer of another name leaves this one alone"
    with store.write("anselm-d1", {}):
        assert len(left_in(store)) == 3, "and so does one of the same name, while it lives"
    writer.kill()
    writer.wait()
    store.remove("anselm-d1")
    make(store, "anselm-d1")
    assert left_in(store) == {"anselm-d1", "anselm-d2"}


def test_an_unknown_artifact_names_the_known_ones(store: ArtifactStore) -> None:
    with pytest.raises(NotFound, match="there: none"):
        store.manifest("anselm-d9")
    make(store)
    with pytest.raises(NotFound, match="there: anselm-d1"):
        store.manifest("anselm-d9")


def test_a_removed_artifact_is_gone(store: ArtifactStore) -> None:
    make(store)
    store.remove("anselm-d1")
    store.remove("anselm-d1")
    assert left_in(store) == set()


def test_text_of_any_script_is_kept_readable(store: ArtifactStore) -> None:
    with store.write("anselm-d1", {"owner": "Гриша"}):
        pass
    assert "Гриша" in (store.path("anselm-d1") / MANIFEST).read_text(encoding="utf-8")
    assert json.loads((store.path("anselm-d1") / MANIFEST).read_bytes())["owner"] == "Гриша"


def left_in(store: ArtifactStore) -> set[str]:
    return {path.name for path in store.root.iterdir()} if store.root.exists() else set()


def test_waiting_says_what_for() -> None:
    with pytest.raises(TimeoutError, match=r"the moon: not within 0.01 s"):
        wait_until(lambda: False, seconds=0.01, what="the moon", interval=0.001)
