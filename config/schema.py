"""The JSON schema of `Pulumi.<stack>.yaml`, by which an editor completes and checks it; `make schema` writes it.

It knows names and kinds; what depends on more than one setting is the linter's. Draft 07 with `$defs`, which the YAML
language server of most editors reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from config import reference
from config.access import CustomerSettings, KeySettings
from config.descriptions import json_schema, names
from config.lint.choices import CALLBACKS
from config.lint.vocabulary import Vocabulary, vocabulary
from config.places import OF_A_MODEL, SETTINGS
from config.proxy import OWNED, SECTIONS
from config.settings import Settings

PROJECT = "litellm-stack"
FILE = Path(__file__).with_name("stack-config.schema.json")

SECURE = {"$ref": "#/$defs/Secure"}
ANYTHING: dict[str, Any] = {}
LISTS = frozenset(
    {
        "agent_list",
        "credential_list",
        "files_settings",
        "finetune_settings",
        "guardrails",
        "policy_attachments",
        "prompts",
        "sandbox_tools",
        "search_tools",
        "vector_store_registry",
        "worker_registry",
    }
)
"""Sections of config.yaml that are lists."""


def document() -> dict[str, Any]:
    """Return the schema."""
    own = json_schema(Settings)
    definitions = _tidied(own["$defs"])
    for model in (CustomerSettings, KeySettings):
        _add_short_names(definitions[model.__name__]["properties"], model)
    # Given images are laid over the stack's own, so each may be left out.
    definitions["ImageSettings"].pop("required")
    words = vocabulary()
    definitions["ModelSettings"]["properties"] |= {name: _ref(name) for name in OF_A_MODEL}
    properties = {name: _setting(schema) for name, schema in _tidied(own["properties"]).items()}
    properties["proxy"] = {"anyOf": [_ref("proxy"), SECURE]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Config of a stack of litellm-stack",
        "type": "object",
        "properties": {"config": _config(properties)},
        "$defs": {**definitions, **_of_litellm(words), "Secure": _secure()},
    }


def _config(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of `config`: settings of this project, closed, beside those of Pulumi and its plugins."""
    return {
        "type": "object",
        "properties": {f"{PROJECT}:{name}": schema for name, schema in properties.items()},
        "patternProperties": {rf"^(?!{PROJECT}:)[a-z][a-z0-9-]*:": ANYTHING},
        "additionalProperties": False,
    }


def _setting(schema: dict[str, Any]) -> dict[str, Any]:
    """Let a setting be encrypted as a whole, and a number or a flag be text, as `pulumi config set` writes it."""
    described: dict[str, Any] = {name: schema.pop(name) for name in ("description", "default") if name in schema}
    kinds = schema.get("anyOf", [schema])
    text = [{"type": "string", "pattern": _TEXTS[kind["type"]]} for kind in kinds if kind.get("type") in _TEXTS]
    encrypted = [_secret(kind) for kind in kinds]
    return {**described, "anyOf": [*encrypted, *text, *([] if SECURE in encrypted else [SECURE])]}


_TEXTS = {"integer": r"^\d+$", "boolean": "^(true|false)$"}


def _secret(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with encrypted text where there was to be a secret."""
    if _is_secret(schema):
        return SECURE
    if _is_secret(schema.get("additionalProperties")):
        return {**schema, "additionalProperties": SECURE}
    return schema


def _is_secret(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("format") == "password"


def _secure() -> dict[str, Any]:
    return {
        "description": "Encrypted text: `pulumi config set --secret`",
        "type": "object",
        "properties": {"secure": {"type": "string"}},
        "required": ["secure"],
        "additionalProperties": False,
    }


def _of_litellm(words: Vocabulary) -> dict[str, Any]:
    """Return the schemas of LiteLLM's sections. Those that take any name are open: their names only complete."""
    choices = words.choices
    router = {
        "routing_strategy": {"enum": sorted(choices["routing_strategy"])},
        "optional_pre_call_checks": {"type": "array", "items": {"enum": sorted(choices["optional_pre_call_checks"])}},
        "retry_policy": _mapping(choices["retry_policy"], closed=True),
        "allowed_fails_policy": _mapping(choices["allowed_fails_policy"], closed=True),
    }
    own_callback = {"anyOf": [{"enum": sorted(choices["callbacks"])}, {"type": "string"}]}
    callbacks = {name: {"anyOf": [{"type": "array", "items": own_callback}, {"type": "string"}]} for name in CALLBACKS}
    known: dict[str, dict[str, Any]] = {
        "router_settings": router,
        "litellm_settings": {**callbacks, "cache_params": _mapping(words.sections["cache_params"], closed=False)},
        "litellm_params": {"model": {"type": "string"}},
    }
    schemas = {
        name: _mapping(words.sections[name] - OWNED.keys(), closed=True, **known.get(name, {})) for name in SETTINGS
    }
    of_a_model = {name: _mapping(words.sections[name], closed=False, **known.get(name, {})) for name in OF_A_MODEL}
    of_a_model["litellm_params"]["required"] = ["model"]
    parts = {"model_name": {"type": "string", "minLength": 1}, **{name: _ref(name) for name in OF_A_MODEL}}
    model = {**_mapping(words.sections["model"], closed=True, **parts), "required": ["model_name", "litellm_params"]}
    sections: dict[str, Any] = {name: _ref(name) for name in SETTINGS}
    sections |= {name: {"type": ["array", "null"]} for name in LISTS}
    sections["model_list"] = {"type": ["array", "null"], "items": _ref("model")}
    return {**schemas, **of_a_model, "model": model, "proxy": _mapping(SECTIONS, closed=True, **sections)}


def _mapping(names: Iterable[str], *, closed: bool, **known: Any) -> dict[str, Any]:
    properties = {name: known.get(name, ANYTHING) for name in {*names, *known}}
    # Nothing at all is taken as well: what `base.yaml` says there is removed.
    schema: dict[str, Any] = {"type": ["object", "null"], "properties": properties}
    return {**schema, "additionalProperties": False} if closed else schema


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _add_short_names(properties: dict[str, Any], model: type[BaseModel]) -> None:
    """Add the other names that fields may be written by (`budget` for `budget_id`)."""
    for name, field in model.model_fields.items():
        first, *others = names(name, field)
        properties |= dict.fromkeys(others, properties[first])


def _tidied(value: Any) -> Any:
    """Return a schema without the titles that pydantic makes of the names, and without defaults that say nothing."""
    if isinstance(value, dict):
        return {_KEYWORDS.get(k, k): _tidied(entry) for k, entry in value.items() if not _says_nothing(k, entry)}
    return [_tidied(entry) for entry in value] if isinstance(value, list) else value


_KEYWORDS = {"ge": "minimum", "le": "maximum"}
"""Pydantic's words, where a validator stands before the limit, and the schema's."""


def _says_nothing(name: str, entry: Any) -> bool:
    # A property may have these names too: its schema is a mapping.
    return (name == "title" and isinstance(entry, str)) or (
        name == "default" and (entry is None or isinstance(entry, dict))
    )


def text() -> str:
    """Return the content of config/stack-config.schema.json."""
    return json.dumps(document(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
    reference.FILE.write_text(reference.text(), encoding="utf-8")
