"""The linter beside the LiteLLM that the stack runs: the same names, the same refusals, and no example refused."""

from __future__ import annotations

import json
import os
import re
import tarfile
import tempfile
from pathlib import Path
from typing import IO, Any

import docker
import pytest
import yaml

from config import settings
from config.problems import ConfigError, Problem
from config.proxy import SECTIONS, STACK_ENVIRONMENT
from tests.integration.running_gateway import IMAGES, LABEL
from tests.price_cases import CASES as PRICED
from vocabulary import __main__ as names
from vocabulary import prices, wheel
from vocabulary.source import Source

IMAGE = json.loads(IMAGES.read_text())["litellm"]
WHERE = "import importlib.util, pathlib; print(pathlib.Path(importlib.util.find_spec('{}').origin).parent)"
PACKAGES = ("litellm", "litellm_enterprise")
LOAD = """
import asyncio, json, os, tempfile
import litellm
from litellm.proxy.pass_through_endpoints.pass_through_endpoints import set_env_variables_in_header
from litellm.proxy import proxy_server
from litellm.proxy.proxy_server import ProxyConfig

references = json.loads(os.environ["REFERENCES"])
resolved = {
    "config": ProxyConfig()._check_for_os_environ_vars(references),
    "header": asyncio.run(set_env_variables_in_header(references)),
    "stored": {name: ProxyConfig()._resolve_db_litellm_param(name, value) for name, value in references.items()},
}

def loads(config):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as file:
        json.dump(config, file)
    try:
        asyncio.run(ProxyConfig().load_config(router=None, config_file_path=file.name))
    except Exception as error:
        return repr(error)[:200]
    return None

loaded = [loads(config) for config in json.loads(os.environ["CONFIGS"])]
read = {"limit": litellm.REPEATED_STREAMING_CHUNK_LIMIT, "no_logs": bool(proxy_server.disable_spend_logs)}
print("\\n" + json.dumps({"loaded": loaded, "resolved": resolved, **read}))
"""
COST = """
import json, os
import litellm
from litellm import ModelResponse, Usage

litellm.suppress_debug_info = True
USAGE = Usage(prompt_tokens=1000, completion_tokens=1000, total_tokens=2000)

def listed(name, provider):
    try:
        entry = litellm.model_cost[litellm.get_model_info(name, provider)["key"]]
    except Exception:
        return False
    return any("cost" in field for field in entry) or "tiered_pricing" in entry

def counted(model, provider, base_model):
    name, provider, _, _ = litellm.get_llm_provider(model=model, custom_llm_provider=provider)
    try:
        answer = ModelResponse(model=name, usage=USAGE)
        cost = litellm.completion_cost(answer, model=name, custom_llm_provider=provider, base_model=base_model)
    except Exception:
        cost = 0
    # Models that are not priced by the tokens of a chat, and those that are listed as free.
    return cost > 0 or listed(base_model or name, provider)

print("\\n" + json.dumps([counted(*case) for case in json.loads(os.environ["CASES"])]))
"""
REFERENCES: dict[str, Any] = {
    "whole": "os.environ/T",
    "start": "os.environ/T/v1",
    "middle": "https://os.environ/T/v1",
    "end": "Bearer os.environ/T",
    "listed": ["os.environ/T"],
    "nested": {"key": "os.environ/T"},
}
MODEL = {"model_name": "chat", "litellm_params": {"model": "openai/gpt-4o-mini", "mock_response": "Hello."}}
REFUSED = ("a secret in clear", "remove it: the stack", "for LiteLLM Enterprise only", "missing: ")
"""What is wrong with some of LiteLLM's examples: keys in clear, what is the stack's own, and parts left out."""


def run(program: str, **environment: str) -> str:
    """Run a program in the image, as its own user, without a network."""
    engine = docker.from_env()
    try:
        output = engine.containers.run(
            IMAGE,
            entrypoint=["python3", "-c", program],
            command=[],
            environment=environment,
            labels={LABEL: str(os.getpid())},
            network_mode="none",
            remove=True,
        )
    finally:
        engine.close()
    return output.decode()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LiteLLM's packages as they are in the image, next to each other: their source and their examples."""
    folder = tmp_path_factory.mktemp("package")
    engine = docker.from_env()
    container = engine.containers.create(IMAGE, labels={LABEL: str(os.getpid())})
    try:
        for name in PACKAGES:
            stream, _ = container.get_archive(run(WHERE.format(name)).strip())
            with tempfile.TemporaryFile() as file:
                for chunk in stream:
                    file.write(chunk)
                file.seek(0)
                _extract(file, folder)
    finally:
        container.remove(v=True, force=True)
        engine.close()
    return folder / "litellm"


def _extract(file: IO[bytes], folder: Path) -> None:
    with tarfile.open(fileobj=file) as archive:
        wanted = [member for member in archive if member.name.endswith((*wheel.READ, ".yaml"))]
        archive.extractall(folder, wanted, filter="data")


def checked(proxy: dict[str, Any], *, secrets: dict[str, str]) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    raw = {"p:proxy": json.dumps(proxy, default=str), "p:secrets": json.dumps(secrets)}
    try:
        return (), settings.check(raw, encrypted=list(raw), project="p").warnings
    except ConfigError as error:
        return error.problems, error.warnings


def test_the_committed_names_are_those_of_the_image(package: Path) -> None:
    committed = (IMAGES.parent / "litellm_names.json").read_text(encoding="utf-8")
    enterprise = Source(package.with_name("litellm_enterprise"))
    assert names.document(Source(package), enterprise, wheel.version_of(IMAGE)) == committed, "run `make names schema`"


def test_the_committed_prices_are_those_of_the_image(package: Path) -> None:
    committed = (IMAGES.parent / "litellm_prices.json").read_text(encoding="utf-8")
    assert prices.document(Source(package), wheel.version_of(IMAGE)) == committed, "run `make names`"


def test_u02_litellm_counts_the_models_whose_price_is_known_and_nothing_for_the_others() -> None:
    asked = json.dumps([(case.model, case.provider, case.base_model) for case in PRICED])
    answers = json.loads(run(COST, CASES=asked, LITELLM_LOCAL_MODEL_COST_MAP="True").splitlines()[-1])
    for case, counted in zip(PRICED, answers, strict=True):
        assert counted == case.priced, case


def test_no_example_that_litellm_brings_along_is_refused_for_its_names_or_values(package: Path) -> None:
    seen = 0
    for file in sorted(package.rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        proxy = yaml.safe_load(text)
        if not isinstance(proxy, dict) or not proxy.get("model_list") or not proxy.keys() <= SECTIONS:
            continue
        variables = set(re.findall(r"os\.environ/(\w+)", text)) - STACK_ENVIRONMENT
        errors, _ = checked(proxy, secrets=dict.fromkeys(variables, "canary-0123456789"))
        unexpected = [str(error) for error in errors if not error.message.startswith(REFUSED)]
        assert not unexpected, (file, unexpected)
        seen += 1
    assert seen > 15


STARTS: dict[str, dict[str, Any]] = {
    "mistyped setting": {"litellm_settings": {"num_retrys": 3}, "general_settings": {"proxy_batch_write": 3}},
    "mistyped router setting": {"router_settings": {"routing_stratgey": "least-busy"}},
    "unknown exception": {"router_settings": {"retry_policy": {"TimeoutErrorRetry": 3}}},
    "setting beside the model": {"model_list": [{**MODEL, "rpm": 3}]},
    "unknown callback": {"litellm_settings": {"success_callback": ["langfus"]}},
    "size limit without a licence": {"general_settings": {"max_request_size_mb": 1}},
    "log that needs a licence": {"litellm_settings": {"callbacks": ["gcs_bucket"]}},
}
READ = {"litellm_settings": {"REPEATED_STREAMING_CHUNK_LIMIT": 7}}
"""What LiteLLM reads although no section of its source names it (c53)."""
WORD = {"general_settings": {"disable_spend_logs": "no"}}
"""What Pulumi hands over for an unquoted `no` (c16)."""
STARTS_NOT: dict[str, dict[str, Any]] = {
    "strategy": {"router_settings": {"routing_strategy": "least-busi"}},
    "two models in one fallback": {"router_settings": {"fallbacks": [{"chat": ["chat"], "other": ["chat"]}]}},
    "fallback that is no mapping": {"router_settings": {"fallbacks": ["chat"]}},
    "address list without a licence": {"general_settings": {"allowed_ips": ["10.0.0.1"]}},
    "parameters without a licence": {"general_settings": {"enforced_params": ["user"]}},
    "callback without a licence": {"litellm_settings": {"callbacks": ["hide_secrets"]}},
    "workers without a licence": {"worker_registry": [{"worker_id": "a", "name": "a", "url": "https://a"}]},
}


CASES = {**STARTS, **STARTS_NOT}
CONFIGS = [{"model_list": [MODEL], **config} for config in CASES.values()]


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What LiteLLM says of all configs and references, in one container."""
    written = {"CONFIGS": json.dumps([*CONFIGS, READ, WORD]), "REFERENCES": json.dumps(REFERENCES), "T": "value"}
    said: dict[str, Any] = json.loads(run(LOAD, **written).splitlines()[-1])
    return said


def test_errors_are_what_litellm_does_not_start_with_and_warnings_are_what_it_passes_over(
    answers: dict[str, Any],
) -> None:
    for case, config, answer in zip(CASES, CONFIGS, answers["loaded"][: len(CASES)], strict=True):
        errors, warnings = checked(config, secrets={})
        assert (answer is None) == (case in STARTS), (case, answer)
        assert bool(errors) == (case in STARTS_NOT), (case, errors)
        assert errors or warnings, case


def test_c53_what_the_check_takes_for_read_is_read(answers: dict[str, Any]) -> None:
    assert answers["loaded"][len(CASES) :] == [None, None]
    assert answers["limit"] == 7
    assert checked(READ, secrets={}) == ((), ())


def test_c16_litellm_takes_a_word_for_false_as_true(answers: dict[str, Any]) -> None:
    assert answers["no_logs"] is True
    errors, _ = checked(WORD, secrets={})
    assert [error.path for error in errors] == ["proxy.general_settings.disable_spend_logs"]


def test_c23_litellm_replaces_whole_values_and_the_end_of_a_routes_header(answers: dict[str, Any]) -> None:
    resolved = answers["resolved"]
    kept = {name: value for name, value in REFERENCES.items() if name in ("middle", "end", "listed")}
    assert resolved["config"] == {**kept, "whole": "value", "start": None, "nested": {"key": "value"}}
    # In a model of the database, what is nested stays as it is.
    assert resolved["stored"] == {**kept, "whole": "value", "start": None, "nested": REFERENCES["nested"]}
    assert resolved["header"]["end"] == "Bearer value"
