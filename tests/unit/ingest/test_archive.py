from __future__ import annotations

import io
import json
import resource
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.packing import files_in, packed
from services.ingest.telegram import archive
from services.ingest.telegram.items import ExportedChat, Item, RawMessages
from services.ingest.telegram.opening import open_export
from shared.errors import Invalid, NotFound
from tests.unit.ingest.html_export import pages_of

CHAT: dict[str, Any] = {
    "name": "Mira",
    "type": "personal_chat",
    "id": 7,
    "messages": [
        {
            "id": n,
            "type": "message",
            "date_unixtime": "1700000000",
            "from": "Mira",
            "from_id": "user7",
            "text": f"no {n}",
        }
        for n in range(1, 6)
    ],
}
JSON = json.dumps(CHAT).encode()
READ = [ExportedChat(7, "personal_chat", "Mira"), *[RawMessages(7, [raw]) for raw in CHAT["messages"]]]
HTML = {name: text.encode() for name, text in pages_of(CHAT, size=2).items()}


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return out.getvalue()


def read(data: bytes, folder: Path, limit: int = 1 << 30) -> list[Item]:
    file = folder / "upload.bin"
    file.write_bytes(data)
    with open_export(file, limit) as reader:
        items = list(reader)
        assert 0 <= reader.position <= len(data) + 1
    assert sorted(folder.iterdir()) == [file], "nothing is unpacked"
    return items


def texts(items: list[Item]) -> list[str]:
    return [raw["text"] for item in items if isinstance(item, RawMessages) for raw in item.values]  # type: ignore[index]


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    "place", ["result.json", "ChatExport/result.json", "a/b/c/result.json", "ChatExport\\result.json"]
)
def test_json_is_read_at_any_depth(place: str, how: int, tmp_path: Path) -> None:
    around = {"ChatExport/photos/p.jpg": b"x" * 1000, "__MACOSX/ChatExport/._result.json": b"\0\5\26\7"}
    assert read(zipped({**around, place: JSON}, how), tmp_path) == READ


def test_what_is_in_it_counts_and_not_what_it_is_called(tmp_path: Path) -> None:
    assert read(JSON, tmp_path) == READ
    assert read(zipped({"mira.json": JSON}), tmp_path) == READ, "the only JSON of any name"
    assert read(zipped({"x/result.json": JSON, **HTML}), tmp_path) == READ, "JSON tells more than HTML"
    assert texts(read(zipped(HTML), tmp_path)) == texts(READ)
    assert texts(read(zipped({f"ChatExport/{k}": v for k, v in HTML.items()}), tmp_path)) == texts(READ)
    one = pages_of(CHAT)["messages.html"].encode()
    assert texts(read(one, tmp_path)) == texts(READ)
    with pytest.raises(Invalid, match=r"goes on in messages2\.html"):
        read(HTML["messages.html"], tmp_path)


def test_pages_of_several_chats_are_all_read(tmp_path: Path) -> None:
    both = {f"{folder}/{name}": data for folder in ("one", "two") for name, data in HTML.items()}
    assert texts(read(zipped(both), tmp_path)) == texts(READ) * 2
    with pytest.raises(Invalid, match=r"one/messages\.html in upload\.bin goes on in messages2\.html"):
        read(zipped({name: data for name, data in both.items() if name != "one/messages2.html"}), tmp_path)


def encrypted(data: bytes) -> bytes:
    at = data.rindex(b"PK\1\2") + 8
    return data[:at] + struct.pack("<H", 1) + data[at + 2 :]


def wrong_crc(data: bytes) -> bytes:
    at = data.rindex(b"PK\1\2") + 16
    return data[:at] + b"abcd" + data[at + 4 :]


def twice() -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as target:
        warnings.simplefilter("ignore")
        target.writestr("result.json", JSON)
        target.writestr("result.json", JSON)
    return out.getvalue()


def link() -> bytes:
    entry = zipfile.ZipInfo("result.json")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr(entry, "/etc/passwd")
    return out.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "several exports": (lambda: zipped({"a/result.json": JSON, "b/result.json": JSON}), "holds 2 exports"),
    "several accounts": (
        lambda: zipped({f"{f}/{n}": d for f in "ab" for n, d in {**HTML, "export_results.html": b""}.items()}),
        "holds 2 exports",
    ),
    "nothing in it": (lambda: zipped({"photo.jpg": b"x"}), "neither a result.json nor pages"),
    "empty": (lambda: zipped({}), "neither a result.json nor pages"),
    "twice": (twice, "holds result.json twice"),
    "encrypted": (lambda: encrypted(zipped({"result.json": JSON})), "password"),
    "wrong checksum": (lambda: wrong_crc(zipped({"result.json": JSON})), "damaged"),
    "cut short": (lambda: zipped({"result.json": JSON})[:-30], "damaged or cut short"),
    "another method": (lambda: zipped({"result.json": JSON}, zipfile.ZIP_LZMA), "packed in a way"),
    "upwards": (lambda: zipped({"../result.json": JSON}), "neither a result.json"),
    "absolute": (lambda: zipped({"/etc/result.json": JSON, "C:/result.json": JSON}), "neither a result.json"),
    "a link": (link, "neither a result.json"),
    "a zip in a zip": (lambda: zipped({"result.json": zipped({"result.json": JSON})}), "zip archive in another"),
    "broken JSON": (lambda: zipped({"x/result.json": JSON[:-9]}), r"x/result\.json in upload\.bin is cut short"),
    "a bomb": (lambda: zipped({"result.json": b"[" + b" " * 30_000_000}), "grows more than 200 times"),
    "HTML of a bomb": (lambda: zipped({"messages.html": b" " * 30_000_000}), "grows more than 200 times"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_archive_is_one_clear_line(name: str, tmp_path: Path) -> None:
    made, said = BAD[name]
    with pytest.raises(Invalid, match=said) as caught:
        read(made(), tmp_path)
    assert "upload.bin" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_more_is_read_than_was_agreed(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="MAX_EXPORT_BYTES"):
        read(zipped({"result.json": JSON}), tmp_path, limit=len(JSON) - 1)
    assert read(zipped({"result.json": JSON, "media.mp4": b"\0" * 10_000_000}), tmp_path, limit=len(JSON)) == READ


def test_files_that_share_their_bytes_are_no_way_around_the_limit(tmp_path: Path) -> None:
    """Four entries of the list point to the same megabyte."""
    data = zipped({"messages2.html": b"<" * 1_000_000}, zipfile.ZIP_STORED)
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    entries = b"".join(data[start:end].replace(b"messages2", b"messages%d" % n) for n in range(2, 6))
    counts = struct.pack("<HHL", 4, 4, len(entries))
    with pytest.raises(Invalid, match="grows more than"):
        read(data[:start] + entries + data[end : end + 8] + counts + data[end + 16 :], tmp_path)


def test_a_long_list_of_files_is_refused_and_many_files_are_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"photos/photo_{n}.jpg": b"" for n in range(20_000)}
    data = zipped({**many, "result.json": JSON}, zipfile.ZIP_STORED)
    assert read(data, tmp_path) == READ
    monkeypatch.setattr(archive, "LARGEST_LIST", 100_000)
    with pytest.raises(Invalid, match="damaged"):
        read(data, tmp_path)


def test_memory_does_not_grow_with_the_pages(tmp_path: Path) -> None:
    messages = [{**CHAT["messages"][0], "id": n} for n in range(1, 10_001)]
    pages = {k: v.encode() for k, v in pages_of({**CHAT, "messages": messages}, 200).items()}
    file = tmp_path / "long.zip"
    file.write_bytes(zipped(pages, zipfile.ZIP_STORED))
    with open_export(file) as reader:
        taken = [memory() for item in reader if isinstance(item, RawMessages)]
    assert len(taken) == 50
    assert max(taken) - taken[4] < file.stat().st_size, "a page is gone when the next is read"


def memory() -> int:
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


GOOD = [zipped({"ChatExport/result.json": JSON}), zipped(HTML), zipped({"result.json": JSON}, zipfile.ZIP_STORED)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=5),
    st.floats(0, 1),
)
def test_a_damaged_archive_is_read_or_refused(
    tmp_path: Path, data: bytes, flips: list[tuple[float, int]], cut: float
) -> None:
    damaged = bytearray(data)
    for place, value in flips:
        damaged[int(place * len(data))] = value
    file = tmp_path / "upload.zip"
    file.write_bytes(damaged[: int(cut * 2 * len(data))])
    refusal = ""
    try:
        with open_export(file) as reader:
            list(reader)
    except Invalid as error:
        refusal = str(error)
    assert "\n" not in refusal


def test_of_a_folder_only_what_matters_is_packed(tmp_path: Path) -> None:
    folder = tmp_path / "ChatExport_2024"
    (folder / "photos").mkdir(parents=True)
    (folder / "photos" / "p.jpg").write_bytes(b"x" * 1000)
    for name, data in HTML.items():
        (folder / name).write_bytes(data)
    pages = b"".join(packed(folder, files_in(folder)))
    assert zipfile.ZipFile(io.BytesIO(pages)).namelist() == sorted(HTML)
    (tmp_path / "read").mkdir()
    assert texts(read(pages, tmp_path / "read")) == texts(READ)
    (folder / "result.json").write_bytes(JSON)
    chunks = list(packed(folder, files_in(folder)))
    assert zipfile.ZipFile(io.BytesIO(b"".join(chunks))).namelist() == ["result.json"]
    assert read(b"".join(chunks), tmp_path / "read") == READ
    with pytest.raises(NotFound, match="neither"):
        files_in(folder / "photos")
