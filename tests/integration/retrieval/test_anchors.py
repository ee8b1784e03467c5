"""Anchors are chosen from what may be learned, and the owner has the last word on them."""

from __future__ import annotations

import pytest

from services.retrieval import choosing
from shared.contracts.ingest import Exchange
from shared.contracts.retrieval import AnchorChoice, AnchorState, ContextRequest, ForgetRequest
from shared.errors import Conflict, NotFound
from tests.integration.retrieval.conftest import House, exchange

PLACES = ("harbour", "bakery", "workshop", "station", "market", "garden", "library", "bridge", "castle", "ferry")


def offered(count: int = 10, **about: object) -> list[Exchange]:
    return [
        exchange(n, f"how is the {PLACES[n]} today", f"the {PLACES[n]} is 9/10 captain", **about) for n in range(count)
    ]  # type: ignore[arg-type]


async def used(house: House) -> list[str]:
    return [anchor.id for anchor in await house.client.anchors("anselm")]


async def prompted(house: House, count: int = 3) -> list[str]:
    """What the gateway gets."""
    wanted = ContextRequest(persona="anselm", conversation="c", message="", examples=0, anchors=count)
    return [hit.id for hit in (await house.client.context(wanted)).anchors]


async def pin(house: House, id_: str) -> list[str]:
    return [anchor.id for anchor in await house.client.choose_anchor("anselm", id_, AnchorChoice.PINNED)]


async def drop(house: House, id_: str) -> list[str]:
    return [anchor.id for anchor in await house.client.choose_anchor("anselm", id_, AnchorChoice.DROPPED)]


async def test_pinned_ones_come_first_and_stay_when_indexed_again(house: House) -> None:
    house.ingest.exchanges = offered()
    await house.index()
    before = await used(house)
    assert await prompted(house) == before[:3]
    await pin(house, before[8])
    assert (await pin(house, before[5]))[:2] == [before[5], before[8]], "the last one first"
    assert await pin(house, before[8]) == await used(house), "saying it again changes nothing"
    assert await prompted(house) == [before[5], before[8], before[0]]
    await house.index(job="index-2")
    assert (await prompted(house))[:2] == [before[5], before[8]]
    assert sorted(await used(house)) == sorted(before)
    first = (await house.client.anchors("anselm"))[0]
    assert (first.state, first.reply) == (AnchorState.PINNED, house.ingest.exchanges[int(first.id[1:])].reply)


async def test_a_dropped_one_never_returns_unless_the_owner_says_so(house: House) -> None:
    house.ingest.exchanges = offered()
    await house.index()
    gone = (await used(house))[0]
    assert gone not in await drop(house, gone)
    house.ingest.exchanges = [*offered()[1:], exchange(11, "and the quay", "windy captain")]
    for job in ("index-2", "index-3"):  # it leaves the index, and comes back to it
        await house.index(job=job)
        house.ingest.exchanges = offered()
    assert gone not in await used(house)
    assert gone not in await prompted(house, 10)
    [dropped] = await house.client.dropped_anchors("anselm")
    assert (dropped.id, dropped.state) == (gone, AnchorState.DROPPED)
    await house.client.unchoose_anchor("anselm", gone)
    await house.index(job="index-4")
    assert gone in await used(house)
    assert await house.client.dropped_anchors("anselm") == []


async def test_a_pin_taken_back_leaves_what_was_chosen(house: House) -> None:
    house.ingest.exchanges = offered()
    await house.index()
    before = await used(house)
    await pin(house, before[4])
    assert [a.id for a in await house.client.unchoose_anchor("anselm", before[4])] == before


async def test_there_are_so_many_anchors_pinned_or_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("choosing", "indexing"):
        monkeypatch.setattr(f"services.retrieval.{module}.ANCHORS", 3)
    house.ingest.exchanges = offered()
    await house.index()
    assert len(await used(house)) == 3
    for id_ in ("x0000", "x0001", "x0002"):
        await pin(house, id_)
    assert await used(house) == ["x0002", "x0001", "x0000"]
    with pytest.raises(Conflict, match="3 anchors are pinned") as caught:
        await pin(house, "x0003")
    assert "anselm anchors unpin" in str(caught.value)


async def test_what_is_held_out_is_no_anchor(house: House) -> None:
    house.ingest.exchanges = [*offered(4), *offered(10, held_out=True)[4:]]
    await house.index()
    assert sorted(await used(house)) == ["x0000", "x0001", "x0002", "x0003"]
    with pytest.raises(Conflict, match="held out"):
        await pin(house, "x0007")
    await pin(house, "x0003")
    house.ingest.exchanges = offered(10, held_out=True)
    await house.index(job="index-2")
    assert await used(house) == await prompted(house) == [], "nor one that a later dataset holds out"


async def test_what_answers_nothing_is_no_anchor(house: House) -> None:
    house.ingest.exchanges = [*offered(3), exchange(12, "", "ahoi everybody today")]
    await house.index()
    assert sorted(await used(house)) == ["x0000", "x0001", "x0002"]


async def test_only_what_is_indexed_can_be_chosen(house: House) -> None:
    house.ingest.exchanges = offered(3)
    await house.index()
    with pytest.raises(NotFound, match="x0099"):
        await pin(house, "x0099")
    with pytest.raises(NotFound):
        await house.client.choose_anchor("mira", "x0001", AnchorChoice.DROPPED)
    assert await house.client.anchors("mira") == []


@pytest.mark.parametrize(
    "request_",
    [ForgetRequest(person="user_lena"), ForgetRequest(chat=2), ForgetRequest(message_ids=["2:11"])],
    ids=["person", "chat", "message"],
)
async def test_choices_are_forgotten_with_whom_they_are_about(house: House, request_: ForgetRequest) -> None:
    house.ingest.exchanges = [*offered(3), exchange(5, "old friend", "ahoi then", people=("user_lena",), chat=2)]
    await house.index()
    await drop(house, "x0005")
    await pin(house, "x0001")
    house.ingest.exchanges = offered(3)
    await house.index(job="index-2")  # no longer indexed, yet still known to be dropped
    held = {(one.name, one.what) for one in await house.client.held()}
    assert {("user_lena", "anchor choices"), ("2", "anchor choices")} <= held
    receipt = await house.client.forget(request_)
    assert {line.what: line.count for line in receipt.removed}["anchor choices"] == 1
    assert not any(one.name in ("user_lena", "2") for one in await house.client.held())
    assert (await used(house))[0] == "x0001"


async def test_who_is_only_mentioned_takes_the_choice_along(house: House) -> None:
    house.ingest.exchanges = [*offered(3), exchange(5, "seen Lena", "no Lena today")]
    await house.index()
    await pin(house, "x0005")
    receipt = await house.client.forget(ForgetRequest(person="user_lena", names=["Lena"]))
    assert {line.what: line.count for line in receipt.removed}["anchor choices"] == 1
    assert await choosing.dropped(house.database, "anselm") == []
