from __future__ import annotations

from cli.commands.review import marked


def test_what_was_masked_stands_out_on_both_sides() -> None:
    before, after = "call me on +31 6 1122, ok?", "call me on <phone>, ok?"
    shown = marked(before, after)
    assert shown.plain == before
    assert [before[s.start : s.end] for s in shown.spans] == ["+31 6 1122"]
    assert [after[s.start : s.end] for s in marked(after, before).spans] == ["<phone>"]


def test_what_is_the_same_does_not() -> None:
    assert [span for span in marked("nothing here", "nothing here").spans if span.style] == []
