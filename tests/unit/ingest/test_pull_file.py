"""The file of a fetch: what it remembers, and what a kill leaves of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.ingest.pulling.dialogs import Peer
from services.ingest.pulling.pull_file import Part, PullFile, chat_line, page_line
from services.ingest.pulling.settling import parts_read
from services.ingest.telegram.items import Account, Contact, ExportedChat, RawMessages
from services.ingest.telegram.opening import open_export
from shared.errors import Invalid

PART = Part(0, 2, Peer("user", 2, 22), after=10, pulled_to=12)
BEGIN = {"account": {"user_id": 1, "username": "ada"}, "contacts": [{"user_id": 3, "first_name": "Cleo"}]}


@pytest.fixture
def file(tmp_path: Path) -> PullFile:
    file = PullFile(tmp_path)
    for line in (
        BEGIN,
        chat_line(PART, "personal_chat", "Boris"),
        page_line(PART, 13, [{"id": 11}, {"id": 13}]),
        page_line(PART, 15, [{"id": 14}]),
        {"end": True},
    ):
        file.append(line)
    return file


def test_it_knows_where_it_stands(file: PullFile) -> None:
    standing = file.resume()
    assert (standing.begun, standing.part, standing.ended) == (True, PART, True)
    assert (standing.last, standing.messages, standing.beyond) == (15, 3, 2)


def test_cut_anywhere_it_goes_on_after_the_last_whole_line(file: PullFile) -> None:
    whole = file.path.read_bytes()
    ends = [offset for _, offset in file.lines()]
    for cut in range(len(whole)):
        file.path.write_bytes(whole[:cut])
        standing = file.resume()
        assert file.path.read_bytes() == whole[: max((end for end in ends if end <= cut), default=0)]
        assert not standing.ended


def test_what_is_no_line_of_it_is_cut_off(file: PullFile) -> None:
    whole = file.path.read_bytes()
    file.path.write_bytes(whole + b"\0" * 100 + b"\n")
    assert file.resume().ended
    assert file.path.read_bytes() == whole


def test_the_reader_gives_what_an_export_gives(file: PullFile) -> None:
    with open_export(file.path) as reader:
        assert list(reader) == [
            Account(1, username="ada", logged_in=True),
            Contact(3, "Cleo"),
            ExportedChat(2, "personal_chat", "Boris"),
            RawMessages(2, [{"id": 11}, {"id": 13}]),
            RawMessages(2, [{"id": 14}]),
        ]
        assert reader.position == file.path.stat().st_size


def test_the_reader_refuses_half_a_fetch(file: PullFile) -> None:
    file.path.write_bytes(file.path.read_bytes()[:-5])
    with pytest.raises(Invalid, match="damaged near byte"), open_export(file.path) as reader:
        list(reader)
    file.resume()
    with pytest.raises(Invalid, match="cut short"), open_export(file.path) as reader:
        list(reader)


def test_what_was_read_again_is_what_lies_up_to_the_cursor(file: PullFile, tmp_path: Path) -> None:
    (read,) = parts_read(tmp_path)
    assert (read.part, read.last, read.again) == (PART, 15, [11])
