"""Texts that are secrets, and references to variables, wherever they stand in a stack config."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.problems import Problem, path_of
from config.reading import Location, values_below

ENVIRON = "os.environ/"
REFERENCE = re.compile(rf"{ENVIRON}([A-Za-z_][A-Za-z0-9_]*)")
_MENTIONED = re.compile(rf"{ENVIRON}([A-Za-z0-9_]*)")

SECRET_NAME = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|secret_id|token|bearer_token_\w+|jwt|api_?key|zenapikey|access_key_id"
    r"|authorization|auth_value|cookie|credentials|connection_string|litellm_license|webhook|webhook_url|key_pem)$"
    r"|_key$"
)
"""How the names of settings and variables that hold a secret end, in lower case with underscores."""

HEADER_NAME = re.compile(r"(^|_)(key|token|secret|auth|authorization|password|cookie|signature|honeycomb_team)$")
"""How the names of HTTP headers that hold a secret end, written likewise."""

_DIGITS_NAME = re.compile(r"(^|_)(password|passwd|passphrase|secret|api_?key|auth_value)$")

NO_SECRET_NAME = re.compile(
    r"(^|_)(cost|costs|price|public_key|\w*per_token)(_|$)"
    r"|(^|_)(bos|eos|mask|max|min|next_page|pad|page|sep|stop|unk)_token$"
    r"|(^|_)(cache|dedup|field|foreign|group|idempotency|model|object|partition|primary|routing|sort|tag)_key$"
)
"""Names that end likewise and hold something else: a price, a word of a prompt's format, the name of an object."""

POINTERS = ("oidc/",)
"""Starts of values that say where a secret comes from (get_secret in litellm/secret_managers/main.py)."""

PLACEHOLDERS = frozenset(
    {"any", "anything", "dummy", "empty", "fake", "here", "needed", "no", "none", "not", "null", "placeholder"}
    | {"abc123", "api", "key", "local", "my", "required", "sk", "test", "token", "unused", "x", "your"}
    | {"cpp", "llama", "llamafile", "lm", "lmstudio", "localai", "ollama", "server", "sglang", "studio", "tgi", "vllm"}
    | {"xinference"}
)
"""Words of values such as `fake-key` and `lm-studio`, for servers that ask for a key and do not check it. vLLM's
documentation uses `token-abc123`, Ollama's `ollama`."""

SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "0", "1"})
_SHORT_NUMBER = re.compile(r"\d{1,7}(\.\d+)?")
_FILE = re.compile(r"[~.]{0,2}(/[\w.-]+){2,}|[\w./-]+\.(json|pem|key|crt|p12)")
"""Paths of files that hold a secret: where it stands, it is not read here."""
_FILE_NAME = re.compile(r"(credentials|token|jwt|_key|key_pem)$")

PROSE = frozenset({"content", "description", "instructions", "message", "mock_response", "prompt", "system", "text"})
"""Names of settings that hold what people or models read."""

_STORED_DEPTH = 5
"""Parts of a path such as access.models.NAME.litellm_params.api_key."""
_RESOLVED_LISTS = frozenset({"alert_to_webhook_url", "hosted_keys"})
"""Settings whose lists LiteLLM resolves itself (integrations/SlackAlerting/utils.py), or compares with names."""

SHAPES = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\bA[KS]IA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}|\bgh[opsu]_[A-Za-z0-9]{30,}"
    r"|\bgithub_pat_\w{22,}|\bglpat-[\w-]{20,}|\bxox[abprs]-\S{10,}|\bhf_[A-Za-z0-9]{30,}|\bgsk_[A-Za-z0-9]{30,}"
    r"|\bnvapi-[\w-]{30,}|\bxai-[A-Za-z0-9]{30,}|\bpplx-[A-Za-z0-9]{30,}|\bdapi[0-9a-f]{32}\b"
    r"|\bSG\.[\w-]{16,}\.[\w-]{16,}|\btvly-[\w-]{20,}|\blsv2_[a-z]{2}_\w{20,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\b(?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api/webhooks"
    r"|webhook\.office\.com/\w+|outlook\.office(?:365)?\.com/webhook)/\S+"
    r"|://[^\s?#]*\?(?:[^\s#]*&)?(?:api[_-]?key|access_token|token|key|sig|secret)=[\w%.~+/-]{8,}"
)
"""How secrets of providers look, whatever the setting is called: keys, tokens, webhooks, keys in a URL's query."""

URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@")


def secret_problems(
    settings: Mapping[str, Any], declared: frozenset[str], *, path: Location, besides: Collection[str] = ()
) -> Iterator[Problem]:
    """Find secrets in clear, and references to variables that are not declared, anywhere in the section at `path`.

    Those at the paths `besides` are another rule's.
    """
    for location, written in values_below(settings, path):
        # YAML reads a password of digits as a number; other numbers with such names are limits and prices.
        digits = type(written) is int and _DIGITS_NAME.search(normal(str(location[-1])))
        value = written if isinstance(written, str) else str(written) if digits else ""
        place = path_of(location)
        if ENVIRON in value:
            yield from _reference_problems(location, value, declared)
        elif place not in besides and stands_in_clear(location, value):
            fix = f"write {ENVIRON}NAME here and `pulumi config set --secret --path secrets.NAME`"
            yield Problem(path=place, message=f"a secret in clear; {fix}")


def _reference_problems(location: Location, value: str, declared: frozenset[str]) -> Iterator[Problem]:
    names = [part for part in location if isinstance(part, str)]
    place = path_of(location)
    for variable in dict.fromkeys(_MENTIONED.findall(value)):
        if variable and variable not in declared:
            fix = f"`pulumi config set --secret --path secrets.{variable}`"
            message = f"{ENVIRON}{variable} is not set; {fix}, or add it to `environment`"
            yield Problem(path=place, message=message)
            return
    if REFERENCE.fullmatch(value):
        yield from _unread(location, names)
    elif names[-1] not in PROSE and not _is_header_of_a_route(names, value):
        message = (
            f"LiteLLM replaces {ENVIRON}NAME only if it is the whole value, and this is more: put all of it into one"
            f" variable, and write {ENVIRON}NAME alone"
        )
        yield Problem(path=place, message=message)


def _unread(location: Location, names: list[str]) -> Iterator[Problem]:
    """Report a reference that LiteLLM leaves as a text, because of where it stands."""
    if location[0] == "access" and len(location) > _STORED_DEPTH:
        # _resolve_db_litellm_param in litellm/proxy/proxy_server.py; credentials: components/access.py.
        message = f"in the proxy's database {ENVIRON}NAME is replaced in the first level of this section only"
        fix = "declare the model in `proxy.model_list`" if names[1] == "models" else "write it one level higher"
        yield Problem(path=path_of(location), message=f"{message}: {fix}")
    elif isinstance(location[-1], int) and not _RESOLVED_LISTS & {*names}:
        # _resolved_config_value in litellm/proxy/proxy_server.py.
        message = f"LiteLLM leaves {ENVIRON}NAME in a list as it is: write the value"
        yield Problem(path=path_of(location), message=message, severity="warning")


def _is_header_of_a_route(names: list[str], value: str) -> bool:
    """Tell whether LiteLLM replaces the end of a text (set_env_variables_in_header, pass_through_endpoints.py)."""
    of_a_route = "pass_through_endpoints" in names and names[-2] == "headers"
    return of_a_route and value.count(ENVIRON) == 1 and bool(REFERENCE.fullmatch(value[value.index(ENVIRON) :]))


def stands_in_clear(location: Location, value: str) -> bool:
    """Tell whether a text is a secret: by what it looks like, by the name of its setting, or by those above it."""
    names = [part for part in location if isinstance(part, str)]
    name, above = (names[-1], names[:-1]) if names else ("", [])
    # `alert_to_webhook_url` has a URL, or several, for each kind of alert.
    if above and normal(above[-1]).endswith("webhook_url"):
        name = above[-1]
    return is_secret(name, value, header=bool(above) and normal(above[-1]).endswith("headers"))


def is_secret(name: str, value: str, *, header: bool = False) -> bool:
    """Tell whether a text is a secret: by what it looks like, or by the name of its setting, variable or `header`."""
    if looks_secret(value):
        return True
    name = normal(name)
    if name.endswith("headers"):
        return any(is_secret(part[0], part[1], header=True) for part in _headers(value))
    known = SECRET_NAME.search(name) or (header and HEADER_NAME.search(name))
    return bool(known) and not NO_SECRET_NAME.search(name) and not _is_no_secret(name, value)


def _is_no_secret(name: str, value: str) -> bool:
    """Tell whether a text in the place of a secret is none: empty, a placeholder, a switch, where the secret is."""
    if value.startswith(POINTERS) or (_FILE_NAME.search(name) and _FILE.fullmatch(value)):
        return True
    if name.endswith("token") and _SHORT_NUMBER.fullmatch(value):
        return True
    text = re.sub(r"^(bearer|basic)\s+", "", value.strip().lower())
    words = [word for word in re.split(r"[^a-z0-9]+", text) if word]
    return not text or text in SWITCHES or (bool(words) and all(word in PLACEHOLDERS for word in words))


def _headers(value: str) -> Iterator[tuple[str, str]]:
    """Go through headers that are written as one text: `name=value,name=value`, as OpenTelemetry wants them."""
    for part in re.split(r"[,\n]", value):
        name, separator, content = re.sub(r"^([^=:]*):", r"\1=", part, count=1).partition("=")
        if separator:
            yield name.strip(), content.strip()


def normal(name: str) -> str:
    """Write a name in lower case with underscores: `X-Api-Key` and `xApiKey` are `x_api_key`."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")


def looks_secret(value: str) -> bool:
    """Tell whether a text is a secret by what it looks like."""
    return bool(SHAPES.search(value) or URL_WITH_PASSWORD.search(value))
