"""What the Compose files promise, read from the configuration that the engine would get."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from services.trainer.settings import TrainerSettings
from tests.compose.project import BASE, GPU, ROOT, TELEGRAM, Project, compose_is_missing

pytestmark = [pytest.mark.compose, pytest.mark.skipif(bool(compose_is_missing()), reason=compose_is_missing() or "-")]

JOBS = {"migrate", "models"}
PUBLISHED = {"ingest", "trainer", "inference", "retrieval", "feedback", "prometheus"}
WORKERS = {f"worker-{name}" for name in ("ingest", "gpu", "memory", "feedback")}
OWN_TABLES = {"ingest", "trainer", "retrieval", "feedback", "migrate"} | WORKERS

REVEALING = r"(^|_)(TOKEN|PASSWORD|SECRETS?|KEY)(_|$)"

EVERYTHING = {"COMPOSE_PROFILES": "bot,tools"}
CPU_STACK = Project((BASE,), environment=EVERYTHING)
GPU_STACK = Project((BASE, GPU), environment=EVERYTHING)

Services = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=[CPU_STACK, GPU_STACK], ids=["cpu", "gpu"])
def services(request: pytest.FixtureRequest) -> Services:
    return request.param.config()["services"]


@pytest.fixture(scope="module")
def cpu() -> Services:
    return CPU_STACK.config()["services"]


@pytest.fixture(scope="module")
def gpu() -> Services:
    return GPU_STACK.config()["services"]


def on_network(services: Services, network: str) -> set[str]:
    return {name for name, service in services.items() if network in (service.get("networks") or {})}


def mounting(services: Services, volume: str, *, writing: bool = False) -> set[str]:
    return {
        name
        for name, service in services.items()
        for mount in service.get("volumes", [])
        if mount["source"] == volume and not (writing and mount.get("read_only"))
    }


def test_nobody_is_root_or_can_become_it(services: Services) -> None:
    for name, service in services.items():
        assert service["user"].split(":")[0] not in ("", "0", "root"), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name


def test_root_file_systems_are_read_only(services: Services) -> None:
    assert [name for name, service in services.items() if not service.get("read_only")] == []


def test_memory_and_logs_are_limited(services: Services) -> None:
    for name, service in services.items():
        assert int(service["mem_limit"]) > 0, name
        assert {"max-size", "max-file"} <= service["logging"]["options"].keys(), name


def test_what_runs_has_a_healthcheck_and_comes_back(services: Services) -> None:
    for name, service in services.items():
        if name in JOBS or "tools" in service.get("profiles", []):
            assert service["restart"] == "no", name
        else:
            assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
            assert service["restart"] == "unless-stopped", name


def test_starts_wait_for_health_not_for_luck(services: Services) -> None:
    for name, service in services.items():
        for other, how in (service.get("depends_on") or {}).items():
            expected = "service_completed_successfully" if other in JOBS else "service_healthy"
            assert how["condition"] == expected, f"{name} on {other}"
        if "postgres_password" in secrets_of(service) and name not in ("postgres", "migrate"):
            assert "migrate" in service["depends_on"], name


def test_only_the_apis_are_published_and_only_to_this_machine(services: Services) -> None:
    ports = {name: service["ports"] for name, service in services.items() if service.get("ports")}
    assert ports.keys() == PUBLISHED
    assert {port["host_ip"] for published in ports.values() for port in published} == {"127.0.0.1"}


def test_secrets_come_as_files_and_only_to_who_needs_them(services: Services) -> None:
    for name, service in services.items():
        revealing = [key for key in service.get("environment") or {} if re.search(REVEALING, key)]
        assert all(key.endswith(("_FILE", "_PATH", "_DIR")) for key in revealing), f"{name}: {revealing}"
    assert having(services, "postgres_password") == OWN_TABLES | {"postgres"}
    assert having(services, "bot_token") == {"bot"}


def secrets_of(service: dict[str, Any]) -> set[str]:
    return {secret["source"] for secret in service.get("secrets", [])}


def having(services: Services, secret: str) -> set[str]:
    return {name for name, service in services.items() if secret in secrets_of(service)}


@pytest.mark.parametrize("project", [CPU_STACK, GPU_STACK], ids=["cpu", "gpu"])
def test_who_computes_has_no_way_out(project: Project) -> None:
    config = project.config()
    networks = config["networks"]
    assert all(networks[name]["internal"] for name in ("database", "services", "model"))
    assert networks["published"]["driver_opts"] == {"com.docker.network.bridge.enable_ip_masquerade": "false"}
    assert on_network(config["services"], "internet") == {"bot", "models"}
    assert on_network(config["services"], "database") == OWN_TABLES | {"postgres"}


def test_one_worker_of_each_service_that_owns_words_keeps_a_schedule(services: Services) -> None:
    assert {name for name in WORKERS if "--beat" in services[name]["command"]} == WORKERS - {"worker-gpu"}


def test_ingest_reaches_telegram_where_its_user_wants_it() -> None:
    services = Project((BASE, TELEGRAM), environment=EVERYTHING).config()["services"]
    assert on_network(services, "internet") == {"bot", "models", "ingest", "worker-ingest"}
    assert {"database", "services"} <= services["worker-ingest"]["networks"].keys()
    assert having(services, "tg_api_hash") == {"ingest", "worker-ingest"}
    assert {"service_token", "postgres_password"} <= secrets_of(services["worker-ingest"])
    assert services["ingest"]["environment"]["INGEST_KEY_FILE"]
    assert "PULL_EVERY" in services["worker-ingest"]["environment"]


def test_raw_exports_are_seen_by_ingest_alone(services: Services) -> None:
    assert mounting(services, "imports") == {"ingest", "worker-ingest"}


def test_artifacts_are_written_by_their_owner_alone(services: Services) -> None:
    trainer = {"trainer", "worker-gpu"}
    assert mounting(services, "datasets", writing=True) == {"ingest", "worker-ingest"}
    assert mounting(services, "preferences", writing=True) == {"feedback", "worker-feedback"}
    for volume in ("runs", "adapters", "merged", "base-models"):
        assert mounting(services, volume, writing=True) == trainer, volume


def test_commands_name_code_that_is_there(services: Services) -> None:
    named = [re.search(r"\bservices\.[\w.]+", " ".join(service.get("command") or [])) for service in services.values()]
    modules = {match.group() for match in named if match}
    assert len(modules) >= 9
    assert [module for module in modules if find_spec(module) is None] == []


def test_the_model_server_is_reached_by_the_gateway_alone(cpu: Services) -> None:
    assert on_network(cpu, "model") == {"model-server", "inference"}
    assert cpu["model-server"]["networks"].keys() == {"model"}


def test_vllm_loads_adapters_while_it_runs(gpu: Services) -> None:
    vllm = gpu["vllm"]
    assert re.fullmatch(r"vllm/vllm-openai:v\d+\.\d+\.\d+", vllm["image"])
    assert vllm["environment"]["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] == "1"
    assert vllm["command"][0] == "Qwen/Qwen3-8B"
    assert {"--enable-lora", "--served-model-name=Qwen/Qwen3-8B"} <= set(vllm["command"])
    assert mounting(gpu, "adapters") == {"trainer", "worker-gpu", "vllm"}
    assert vllm["volumes"][1]["target"] == "/var/lib/anselm/adapters"


def test_vllm_takes_the_ranks_that_the_recipe_makes(gpu: Services) -> None:
    from services.trainer.recipes.resolving import resolve
    from services.trainer.recipes.schema import SftRecipe
    from services.trainer.recipes.shelf import recipes

    settings = [resolve(found).values for found in recipes(Path("/nowhere"))]
    flags = dict(flag.split("=") for flag in gpu["vllm"]["command"] if "=" in flag)
    assert int(flags["--max-lora-rank"]) >= max(values.rank for values in settings if isinstance(values, SftRecipe))


def test_vllm_is_reached_by_the_gateway_and_watched(gpu: Services) -> None:
    assert "model-server" not in gpu
    assert "ports" not in gpu["vllm"]
    assert on_network(gpu, "model") == {"vllm", "inference", "prometheus"}
    assert gpu["vllm"]["networks"].keys() == {"model"}


def test_the_gateway_speaks_to_vllm(gpu: Services) -> None:
    environment = gpu["inference"]["environment"]
    assert (environment["BACKEND"], environment["MODEL_SERVER_URL"]) == ("vllm", "http://vllm:8000")
    assert gpu["inference"]["depends_on"]["vllm"]["condition"] == "service_healthy"


def test_trainer_and_vllm_get_the_gpu_and_nobody_else(gpu: Services) -> None:
    reserved = {
        name: service["deploy"]["resources"]["reservations"]["devices"][0]
        for name, service in gpu.items()
        if service.get("deploy", {}).get("resources", {}).get("reservations")
    }
    assert reserved.keys() == {"vllm", "worker-gpu"}
    assert {(d["driver"], *d["device_ids"], *d["capabilities"]) for d in reserved.values()} == {("nvidia", "0", "gpu")}
    assert gpu["worker-gpu"]["build"]["target"] == "trainer-gpu"
    assert gpu["worker-gpu"]["build"]["args"]["TORCH_BACKEND"] == "cu130"


def test_vllm_stops_when_a_run_asks_for_the_gpu(gpu: Services) -> None:
    _, script, file, *_ = gpu["vllm"]["entrypoint"]
    mounts = {mount["target"]: mount for mount in gpu["vllm"]["volumes"]}
    assert Path(mounts[script]["source"]).is_file()
    assert TrainerSettings(_env_file=None, anselm_home=Path("/var/lib/anselm")).gpu_wanted_file == Path(file)
    assert mounting(gpu, "gpu", writing=True) == {"models", "worker-gpu", "vllm"}
    assert gpu["worker-gpu"]["environment"]["GPU_SHARING"] == "refuse"


def test_one_base_model_is_fetched_trained_and_served(gpu: Services) -> None:
    named = {name: gpu[name]["environment"]["BASE_MODEL"] for name in ("models", "trainer", "worker-gpu")}
    assert set(named.values()) == {"Qwen/Qwen3-8B"}
    caches = {name: mount["target"] for name in ("models", "worker-gpu", "vllm") for mount in gpu[name]["volumes"]
              if mount["source"] == "cache"}  # fmt: skip
    assert caches == {"models": "/var/cache/anselm", "worker-gpu": "/var/cache/anselm", "vllm": "/home/vllm/.cache"}
    assert having(gpu, "hf_token") == {"models"}


def test_what_can_be_set_is_documented() -> None:
    settable = set(re.findall(r"\$\{([A-Z_]+)", BASE.read_text() + GPU.read_text() + TELEGRAM.read_text()))
    pages = (
        ROOT / "docs" / "how-to" / page for page in ("run-with-docker.md", "train-on-a-gpu.md", "pull-from-telegram.md")
    )
    told = " ".join(page.read_text() for page in pages)
    api_ports = {"TRAINER_PORT", "INFERENCE_PORT", "RETRIEVAL_PORT"}  # INGEST_PORT ... FEEDBACK_PORT
    assert {name for name in settable - api_ports if not re.search(rf"\b{name}\b", told)} == set()


def test_settings_are_the_same_ones_as_everywhere(services: Services) -> None:
    from services.bot.settings import BotSettings
    from services.inference.settings import InferenceSettings
    from services.ingest.settings import IngestSettings
    from services.retrieval.settings import RetrievalSettings
    from services.trainer.settings import TrainerSettings

    kinds = (BotSettings, IngestSettings, TrainerSettings, InferenceSettings, RetrievalSettings)
    known = {name.upper() for kind in kinds for name in kind.model_fields}
    libraries = re.compile(r"SECRETS_DIR|(OMP|HF|TRITON|TORCHINDUCTOR|NVIDIA|TOKENIZERS|MALLOC)_\w+")
    for name, service in services.items():
        if service.get("image", "").startswith("anselm-ai/") and name != "valkey":
            strange = [key for key in service["environment"] if key not in known and not libraries.fullmatch(key)]
            assert strange == [], name
