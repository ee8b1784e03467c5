"""Publishing over HTTP: what leaves, and everything that is refused. The adapter is a real one of the tiny model."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.clients.trainer import TrainerClient
from shared.contracts.trainer import PUBLISHED, PublishRequest
from shared.database import Database
from shared.errors import AnselmError, Conflict, GateRefused, Invalid, NotFound
from tests.integration.trainer.conftest import FakeIngest
from tests.integration.trainer.rows import add_adapter
from tests.unit.trainer.examples import SYSTEM

BASE = "someone/tiny"
FIGURES = {"exposure_max": 2.5, "exposure_mean": 1.2, "asked": 0, "extracted": 0, "verbatim": 0, "replies": 32}
TIGHT = {"canaries": 4, "repeats": 1, "persona": FIGURES, "base": FIGURES}
BLIND = {"canaries": 0, "repeats": 0, "persona": {"verbatim": 0, "replies": 32}, "base": {"verbatim": 0, "replies": 32}}
ASKED = PublishRequest(base_model=BASE)


def leaking(**figures: Any) -> dict[str, Any]:
    return TIGHT | {"persona": FIGURES | figures}


@pytest.fixture
def weights(trainer_settings: TrainerSettings, tiny: Path, tmp_path: Path) -> Path:
    """What PEFT saves of an adapter that changes something; its configuration names the folder of the base model."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(tiny), LoraConfig(r=4, target_modules=["q_proj"]))
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight)
    model.save_pretrained(tmp_path / "peft")
    return tmp_path / "peft"


def keep(settings: TrainerSettings, name: str, weights: Path, **more: bytes) -> Path:
    """The files as the trainer keeps an adapter."""
    store = ArtifactStore(settings.anselm_home / "adapters")
    metrics = {"replies": 40, "rows": 20, "steps": 4}
    manifest = {"run": "run-1", "dataset": "ada-d1", "recipe": {"rank": 4, "seed": 0}, "metrics": metrics}
    with store.write(name, manifest) as folder:
        for file in ("adapter_config.json", "adapter_model.safetensors"):
            (folder / file).write_bytes(more.pop(file, None) or (weights / file).read_bytes())
        for file, content in more.items():
            (folder / file).write_bytes(content)
    return store.path(name)


async def published(client: TrainerClient, name: str, request: PublishRequest = ASKED) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join([piece async for piece in client.publish(name, request)])))


async def test_only_the_adapter_leaves_and_it_is_the_same_one(
    client: TrainerClient,
    database: Database,
    trainer_settings: TrainerSettings,
    weights: Path,
    tmp_path: Path,
    tiny: Path,
) -> None:
    name = await add_adapter(database, 1, leaks=TIGHT)
    kept = keep(trainer_settings, name, weights)
    packed = await published(client, name)
    assert packed.testzip() is None
    assert packed.namelist() == list(PUBLISHED) == ["README.md", "adapter_config.json", "adapter_model.safetensors"]
    folder = tmp_path / "out"
    packed.extractall(folder)
    assert json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"] == BASE
    with safe_open(folder / "adapter_model.safetensors", "pt") as opened:
        assert all("lora_" in key for key in opened.keys())  # noqa: SIM118 - not a mapping
    assert_same_logits(tiny, kept, folder)


def assert_same_logits(tiny: Path, kept: Path, folder: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    ids = torch.arange(4, 40).unsqueeze(0)
    with torch.inference_mode():
        plain = AutoModelForCausalLM.from_pretrained(tiny)(ids).logits
        ours, theirs = (
            PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny), str(path))(ids).logits
            for path in (kept, folder)
        )
    assert torch.equal(ours, theirs)
    assert not torch.allclose(ours, plain, atol=0.01)


async def test_the_card_says_what_it_is_and_names_nobody(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings, weights: Path
) -> None:
    name = await add_adapter(database, 1, leaks=TIGHT)
    keep(trainer_settings, name, weights)
    packed = await published(client, name, PublishRequest(base_model=BASE, license="cc-by-nc-4.0", title="A voice"))
    card = packed.read("README.md").decode()
    _, front, text = card.split("---\n", 2)
    about = yaml.safe_load(front)
    assert (about["base_model"], about["library_name"], about["license"]) == (BASE, "peft", "cc-by-nc-4.0")
    assert about["tags"]
    assert text.startswith("\n# A voice\n")
    for said in (
        "must be told that it is an AI",
        "consented",
        "| Exposure, most (bits) | 2.5 | 2.5 |",
        "0 of 4",
        "0.800",
    ):
        assert said in text
    everything = card + packed.read("adapter_config.json").decode()
    home = str(trainer_settings.anselm_home)
    for private in (home, trainer_settings.base_model, SYSTEM, "Ada,", "ada-d1", "run-1", "ahoi", "user_"):
        assert private not in everything
    assert not re.search(r"(?<![\w/.:<])/(tmp|home|root|var)/", everything)
    shown = (await published(client, name, ASKED.model_copy(update={"with_system_prompt": True}))).read("README.md")
    assert f"    {SYSTEM}" in shown.decode()


@pytest.mark.parametrize(
    ("about", "error", "said"),
    [
        ({"tainted": True, "leaks": TIGHT}, Conflict, "withdrawn"),
        ({"passed": None}, GateRefused, "was not evaluated"),
        ({"leaks": None}, GateRefused, "before leaks were measured"),
        ({"leaks": leaking(extracted=1)}, GateRefused, "1 of 4 planted secrets were given up.*fewer epochs"),
        ({"leaks": leaking(exposure_max=22.0)}, GateRefused, "exposed by 22.0 bits"),
        ({"leaks": leaking(verbatim=9)}, GateRefused, "28% of the replies hold over 50 characters"),
        ({"leaks": BLIND}, GateRefused, "--without-canaries"),
    ],
)
async def test_what_is_refused_says_why(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings, weights: Path,
    about: dict[str, Any], error: type[AnselmError], said: str,
) -> None:  # fmt: skip
    name = await add_adapter(database, 1, **about)
    keep(trainer_settings, name, weights)
    with pytest.raises(error) as caught:
        await published(client, name)
    assert re.search(said, str(caught.value))


async def test_an_unmeasured_one_leaves_only_when_told_and_its_card_tells(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings, weights: Path
) -> None:
    name = await add_adapter(database, 1, leaks=BLIND)
    keep(trainer_settings, name, weights)
    card = (await published(client, name, ASKED.model_copy(update={"without_canaries": True}))).read("README.md")
    assert b"was not measured" in card


async def test_nothing_leaves_whose_data_does_not_stand(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings, weights: Path, ingest: FakeIngest
) -> None:
    name = await add_adapter(database, 1, leaks=TIGHT)
    with pytest.raises(Conflict, match="not there any more"):
        await published(client, name)
    keep(trainer_settings, name, weights)
    ingest.tainted = True
    with pytest.raises(Conflict, match="withdrawn"):
        await published(client, name)
    with pytest.raises(NotFound, match="ada-v9"):
        await published(client, "ada-v9")


async def test_a_folder_is_no_name_for_others(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings, weights: Path
) -> None:
    at = {"base_model": trainer_settings.base_model, "leaks": TIGHT}
    name = await add_adapter(database, 1, **at)
    keep(trainer_settings, name, weights)
    with pytest.raises(Invalid, match="--base-model OWNER/NAME") as caught:
        await published(client, name, PublishRequest())
    assert trainer_settings.base_model not in str(caught.value)
    packaged = await add_adapter(database, 2, base_model="smollm2-135m-instruct", leaks=TIGHT)
    keep(trainer_settings, packaged, weights)
    config = json.loads((await published(client, packaged, PublishRequest())).read("adapter_config.json"))
    assert config["base_model_name_or_path"] == "HuggingFaceTB/SmolLM2-135M-Instruct"


async def test_more_than_an_adapter_does_not_leave(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings, weights: Path, tmp_path: Path
) -> None:
    tensors = load_file(weights / "adapter_model.safetensors")
    save_file(tensors | {"model.embed_tokens.weight": torch.zeros(2, 2)}, tmp_path / "whole.safetensors")
    save_file(tensors, tmp_path / "noted.safetensors", {"format": "pt", "note": "what somebody wrote"})
    plain = (weights / "adapter_model.safetensors").read_bytes()
    cases: list[tuple[dict[str, bytes], str]] = [
        ({"optimizer.pt": b"x"}, "other files"),
        ({"adapter_model.safetensors": (tmp_path / "whole.safetensors").read_bytes()}, "embed_tokens"),
        ({"adapter_model.safetensors": (tmp_path / "noted.safetensors").read_bytes()}, "carries notes"),
        ({"adapter_model.safetensors": plain + b"hidden"}, "not a whole safetensors"),
        ({"adapter_model.safetensors": plain[:-4]}, "not a whole safetensors"),
        ({"adapter_model.safetensors": b"\x80\x04\x95pickle" * 9}, "not a whole safetensors"),
    ]
    for version, (files, said) in enumerate(cases, 1):
        name = await add_adapter(database, version, leaks=TIGHT)
        keep(trainer_settings, name, weights, **files)
        with pytest.raises(Invalid, match=said):
            await published(client, name)
    changed = ArtifactStore(trainer_settings.anselm_home / "adapters").path("ada-v1") / "adapter_config.json"
    changed.write_text("{}")
    with pytest.raises(Invalid, match="changed or damaged"):
        await published(client, "ada-v1")


@pytest.mark.parametrize(
    "prompt", ["You are Ada. password: hunter2!x", "Read /home/ada/notes/me.txt", "You are a friend of user_3f9a."]
)
async def test_a_card_with_something_private_does_not_leave(
    client: TrainerClient, database: Database, trainer_settings: TrainerSettings, weights: Path, prompt: str
) -> None:
    name = await add_adapter(database, 1, leaks=TIGHT, system_prompt=prompt)
    keep(trainer_settings, name, weights)
    with pytest.raises(Invalid, match="would hold") as caught:
        await published(client, name, ASKED.model_copy(update={"with_system_prompt": True}))
    assert prompt.split()[-1] not in str(caught.value)
    assert (await published(client, name)).namelist() == list(PUBLISHED)
