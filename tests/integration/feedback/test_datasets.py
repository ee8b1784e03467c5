"""Preference datasets as TRL takes them, with lineage, built once for the same feedback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.artifacts import ArtifactStore
from shared.clients.feedback import FeedbackClient
from shared.contracts.feedback import PreferenceKind, PreferenceRequest, Verdict
from shared.errors import Conflict
from tests.integration.feedback.conftest import pair, rating

DPO = PreferenceRequest(persona="anselm", kind=PreferenceKind.DPO)
KTO = PreferenceRequest(persona="anselm", kind=PreferenceKind.KTO)


async def give_feedback(client: FeedbackClient) -> None:
    await client.compare(pair("k1", "2 loaves captain", "Yes, there is bread."))
    await client.compare(pair("k2", "ach no.. tomorrow", "No, sorry!", source="rewrite"))
    await client.rate(rating("righto.. 9/10", Verdict.LIKE_ME, question="boat?"))
    await client.rate(rating("The boat is fine.", Verdict.NOT_LIKE_ME, question="boat?"))
    await client.rate(rating("hehe kevin 🐦", Verdict.LIKE_ME, question="gull?"))


def lines(folder: str) -> list[dict]:
    return [json.loads(line) for line in (Path(folder) / "train.jsonl").read_text(encoding="utf-8").splitlines()]


async def test_dpo(client: FeedbackClient, store: ArtifactStore) -> None:
    await give_feedback(client)
    dataset = await client.build_dataset(DPO)
    assert dataset.name == "anselm-dpo1"
    assert dataset.path == str(store.path("anselm-dpo1"))
    chosen = [row["chosen"][0]["content"] for row in lines(dataset.path)]
    assert chosen == ["2 loaves captain", "ach no.. tomorrow", "righto.. 9/10"]
    manifest = store.verify("anselm-dpo1")
    assert manifest["digest"] == dataset.digest
    assert [len(sources) for sources in manifest["lineage"]] == [1, 1, 2]
    assert "telegram" not in json.dumps(manifest)


async def test_kto(client: FeedbackClient, store: ArtifactStore) -> None:
    await give_feedback(client)
    dataset = await client.build_dataset(KTO)
    assert {(row["completion"][0]["content"], row["label"]) for row in lines(dataset.path)} == {
        ("ach no.. tomorrow", True),
        ("No, sorry!", False),
        ("hehe kevin 🐦", True),
    }
    manifest = store.verify(dataset.name)
    assert (manifest["desirable"], manifest["undesirable"]) == (2, 1)


async def test_the_same_feedback_is_the_same_dataset(client: FeedbackClient) -> None:
    await give_feedback(client)
    assert await client.build_dataset(DPO) == await client.build_dataset(DPO)
    await client.compare(pair("k3", "ahoi", "Hello."))
    assert (await client.build_dataset(DPO)).name == "anselm-dpo2"
    await client.build_dataset(KTO)
    assert [d.name for d in await client.datasets("anselm")] == ["anselm-dpo1", "anselm-dpo2", "anselm-kto1"]
    assert await client.datasets("mira") == []


async def test_too_little_feedback_says_how_much_there_is(client: FeedbackClient, store: ArtifactStore) -> None:
    await give_feedback(client)
    with pytest.raises(Conflict, match="3 DPO rows, and 5 are needed") as caught:
        await client.build_dataset(DPO.model_copy(update={"minimum": 5}))
    assert "Compare two replies" in str(caught.value)
    with pytest.raises(Conflict, match="0 KTO rows"):
        await client.build_dataset(KTO.model_copy(update={"persona": "nobody"}))
    assert store.names() == []


async def test_a_folder_left_by_a_killed_build_is_in_nobodys_way(client: FeedbackClient, store: ArtifactStore) -> None:
    await give_feedback(client)
    with store.write("anselm-dpo1", {"rows": 0}):
        pass
    assert (await client.build_dataset(DPO)).name == "anselm-dpo2"


@pytest.mark.parametrize("asked", [DPO, KTO])
async def test_trl_takes_it(client: FeedbackClient, asked: PreferenceRequest) -> None:
    from datasets import load_dataset
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast
    from trl import apply_chat_template
    from trl.data_utils import is_conversational

    await give_feedback(client)
    folder = Path((await client.build_dataset(asked)).path)
    loaded = load_dataset(
        "json", data_files=str(folder / "train.jsonl"), split="train", cache_dir=str(folder.parent / "c")
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel({"<unk>": 0}, "<unk>")))
    tokenizer.chat_template = (
        "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}</s>{% endfor %}"
        "{% if add_generation_prompt %}<assistant>{% endif %}"
    )
    for row in loaded:
        assert is_conversational(row)
        flat = apply_chat_template(row, tokenizer)
        assert flat["prompt"].startswith("<user>hello</s><assistant>ahoi</s><user>")
        assert flat["prompt"].endswith("<assistant>")
        answers = [flat[key] for key in ("chosen", "rejected", "completion") if key in flat]
        assert all(answer.endswith("</s>") and "<user>" not in answer for answer in answers)
