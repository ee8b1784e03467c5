from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from services.trainer.recipes.resolving import check_changes, choose, named, resolve
from services.trainer.recipes.schema import SETTINGS
from services.trainer.recipes.shelf import SHIPPED, Device, read_recipe, recipes
from shared.contracts.trainer import Stage
from shared.errors import Invalid, NotFound

NOWHERE = Path("/nowhere")


def own(home: Path, name: str, text: str) -> None:
    (home / "recipes").mkdir(exist_ok=True)
    (home / "recipes" / f"{name}.yaml").write_text(text)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_recipe_that_is_shipped_sets_everything_and_says_why(file: Path) -> None:
    recipe = read_recipe(file.stem, NOWHERE)
    assert yaml.safe_load(file.read_text())["settings"].keys() == {f.name for f in fields(SETTINGS[recipe.stage])}
    assert "  # " in file.read_text()
    assert {setting.source for setting in resolve(recipe).settings} == {file.name}


def test_the_run_wins_over_the_owners_file_which_wins_over_the_recipe(tmp_path: Path) -> None:
    own(tmp_path, "smollm2-cpu", "settings: {rank: 8, seed: 7}")
    resolved = resolve(read_recipe("smollm2-cpu", tmp_path), {"rank": 4})
    found = {setting.name: (setting.value, setting.source) for setting in resolved.settings}
    assert found["rank"] == (4, "this run")
    assert found["seed"] == (7, str(tmp_path / "recipes" / "smollm2-cpu.yaml"))
    assert found["alpha"] == (32, "smollm2-cpu.yaml")


def test_an_owners_recipe_builds_on_another_or_stands_alone(tmp_path: Path) -> None:
    own(tmp_path, "mine", "extends: qwen3-8b-qlora\nbase_model: Qwen/Qwen3-4B\nsettings: {learning_rate: 1e-4}")
    resolved = resolve(read_recipe("mine", tmp_path))
    assert (resolved.recipe.base_model, resolved.recipe.device) == ("Qwen/Qwen3-4B", "cuda")
    assert (resolved.values.learning_rate, resolved.values.accumulation) == (1e-4, 4)

    settings = "{learning_rate: 1e-5, micro_batch: 1, accumulation: 8, sequence_length: 512}"
    own(tmp_path, "alone", f"stage: dpo\nbase_model: x/y\ndevice: cpu\nsettings: {settings}")
    sources = {s.name: s.source for s in resolve(read_recipe("alone", tmp_path)).settings}
    assert (sources["beta"], sources["micro_batch"]) == ("default", str(tmp_path / "recipes" / "alone.yaml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("settings: {rank: 8}", r"odd\.yaml: stage is missing"),
        ("extends: nothing", "no recipe 'nothing' comes"),
        ("extends: smollm2-cpu\nsetting: {rank: 8}", "setting: Extra"),
        ("extends: smollm2-cpu\nsettings: {ranks: 8}", r"odd\.yaml\): ranks"),
        ("extends: smollm2-cpu\nsettings: {rank: many}", r"odd\.yaml\): rank"),
        ("extends: [", "is not YAML"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    own(tmp_path, "odd", text)
    with pytest.raises(Invalid, match=said):
        resolve(read_recipe("odd", tmp_path))


@pytest.mark.parametrize("wrong", [{"learning_rat": 1}, {"learning_rate": "much"}, {"rank": 1.5}])
def test_a_wrong_value_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=rf"this run\): {next(iter(wrong))}"):
        check_changes(Stage.SFT, wrong)


def test_a_setting_of_another_stage_is_refused() -> None:
    with pytest.raises(Invalid, match="rank"):
        check_changes(Stage.DPO, {"rank": 8})
    with pytest.raises(Invalid, match="has none"):
        check_changes(Stage.EVALUATE, {"rank": 8})


@pytest.mark.parametrize(
    ("stage", "device", "base_model", "name"),
    [
        (Stage.SFT, "cpu", "smollm2-135m-instruct", "smollm2-cpu"),
        (Stage.SFT, "cpu", "/models/other", "smollm2-cpu"),
        (Stage.SFT, "cuda", "Qwen/Qwen3-8B", "qwen3-8b-qlora"),
        (Stage.SFT, "cuda", "/models/Llama-3.1-8B-Instruct", "llama3-8b-qlora"),
        (Stage.SFT, "cuda", "mistralai/Mistral-7B-Instruct-v0.2", "mistral-7b-qlora"),
        (Stage.SFT, "cuda", "somebody/else", "qwen3-8b-qlora"),
        (Stage.KTO, "cuda", "somebody/else", "qwen3-8b-kto"),
        (Stage.DPO, "cpu", "smollm2-135m-instruct", "smollm2-cpu-dpo"),
    ],
)
def test_machine_and_base_model_choose(stage: Stage, device: Device, base_model: str, name: str) -> None:
    assert choose(NOWHERE, stage, device, base_model).name == name


def test_the_owners_own_recipes_are_followed_only_by_name(tmp_path: Path) -> None:
    own(tmp_path, "careful", "extends: qwen3-8b-qlora\nsettings: {epochs: 2}")
    own(tmp_path, "qwen3-8b-qlora", "settings: {seed: 7}")
    chosen = choose(tmp_path, Stage.SFT, "cuda", "Qwen/Qwen3-8B")
    assert (chosen.name, resolve(chosen).values.seed) == ("qwen3-8b-qlora", 7)


def test_a_recipe_that_does_not_fit_is_refused() -> None:
    with pytest.raises(NotFound, match="no recipe 'qwen'"):
        named("qwen", NOWHERE, Stage.SFT)
    with pytest.raises(NotFound):
        named("../settings", NOWHERE, Stage.SFT)
    with pytest.raises(Invalid, match="is for dpo"):
        named("qwen3-8b-dpo", NOWHERE, Stage.SFT)
    with pytest.raises(Invalid, match="this machine has none"):
        named("qwen3-8b-qlora", NOWHERE, Stage.SFT, "cpu")


def test_recipes_are_listed_with_the_owners(tmp_path: Path) -> None:
    own(tmp_path, "mine", "extends: smollm2-cpu")
    assert {recipe.name for recipe in recipes(tmp_path)} == {recipe.name for recipe in recipes(NOWHERE)} | {"mine"}
