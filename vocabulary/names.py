"""Which names LiteLLM knows in which section, which of them are true or false, and which take a word of a known set."""

from __future__ import annotations

from collections.abc import Iterable

from vocabulary.source import Source, Types

TYPES = "proxy/_types.py"
SERVER = "proxy/proxy_server.py"
ROUTER_TYPES = "types/router.py"
CALLS = ("completion", "embedding", "image_generation", "rerank", "responses", "speech", "text_completion")
"""What a deployment's parameters are handed to; each of them lives in a module that `CALL_FILES` names."""
PARAMETERS = ("CredentialLiteLLMParams", "GenericLiteLLMParams", "LiteLLM_Params")
MODEL_INFO = (
    "ProviderSpecificModelInfo",
    "ModelInfoBase",
    "ModelInfo",
    "MirroredPricingParams",
    "CustomPricingLiteLLMParams",
)
CALL_FILES = {"image_generation": "images/main.py", "rerank": "rerank_api/main.py", "responses": "responses/main.py"}


BOOLEAN = frozenset({"bool", "Literal[True, False]", "StrictBool"})
READERS = ("general_settings", "proxy_general_settings", "typed_general_settings", "_general_settings")
"""What LiteLLM calls the mapping of general_settings: load_config hands it on under these names."""


def sections(source: Source, enterprise: Source) -> dict[str, frozenset[str]]:
    """Return the names that LiteLLM knows, by section; `enterprise` is the package that its proxy comes with."""
    return {
        "general_settings": _general_settings(source) | enterprise.read_of(*READERS),
        "litellm_settings": _litellm_settings(source),
        "router_settings": _router_settings(source),
        "cache_params": _cache_params(source),
        "model": source.fields(ROUTER_TYPES, "Deployment"),
        "litellm_params": _litellm_params(source),
        "model_info": _model_info(source),
    }


def booleans(source: Source) -> dict[str, frozenset[str]]:
    """Return the settings that are true or false, by section."""
    calls = [source.types(CALL_FILES.get(call, "main.py"), call) for call in CALLS]
    model = [source.types(ROUTER_TYPES, *PARAMETERS), source.types_below("types/litellm_params.py"), *calls]
    info = [source.types("types/utils.py", *MODEL_INFO), source.types(ROUTER_TYPES, "ModelInfo")]
    compared = source.flags_compared(SERVER, "key", "value", function="ProxyConfig.load_config")
    return {
        "general_settings": _boolean([source.types(TYPES, "ConfigGeneralSettings")]) | source.flags_of(*READERS),
        "litellm_settings": _boolean([source.types_assigned("__init__.py"), source.types_assigned("_logging.py")])
        | compared
        | source.flags_of("litellm_settings"),
        "router_settings": _boolean([source.types("router.py", "Router.__init__")]),
        "cache_params": _boolean([source.types("caching/caching.py", "Cache.__init__")])
        | source.flags_of("cache_params", "redis_kwargs"),
        "litellm_params": _boolean(model),
        "model_info": _boolean(info),
    }


def _boolean(declared: Iterable[Types]) -> frozenset[str]:
    """Return the names that are true or false wherever they are declared."""
    found: dict[str, set[str]] = {}
    for types in declared:
        for name, written in types.items():
            found.setdefault(name, set()).update(part for text in written for part in _alternatives(text))
    return frozenset(name for name, parts in found.items() if parts and parts <= BOOLEAN)


def _alternatives(annotation: str) -> set[str]:
    """Return what an annotation allows, apart from None: of `bool | None` and `Optional[bool]` it is `bool`."""
    text = annotation
    for wrapper in ("Final[", "Optional["):
        if text.startswith(wrapper):
            text = text.removeprefix(wrapper).removesuffix("]")
    return {part.strip() for part in text.split("|")} - {"None", ""}


def choices(source: Source) -> dict[str, frozenset[str]]:
    """Return the words that a setting takes, by setting."""
    return {
        "callbacks": _callbacks(source),
        "optional_pre_call_checks": source.words(ROUTER_TYPES, "OptionalPreCallChecks"),
        "routing_strategy": source.words("types/litellm_params.py", "RoutingStrategyName")
        | source.values(ROUTER_TYPES, "RoutingStrategy"),
        "retry_policy": source.fields(ROUTER_TYPES, "RetryPolicy"),
        "allowed_fails_policy": source.fields(ROUTER_TYPES, "AllowedFailsPolicy"),
    }


def _general_settings(source: Source) -> frozenset[str]:
    declared = source.fields(TYPES, "ConfigGeneralSettings")
    # Which model answers where a request names none (http_parsing_utils.py calls the mapping `settings`).
    by_kind = {f"{kind}_model" for kind in ("completion", "embedding", "image_generation", "moderation")}
    return declared | source.read_of(*READERS) | by_kind


def _litellm_settings(source: Source) -> frozenset[str]:
    """Return what load_config treats by name, and the variables of the module `litellm`, which it sets otherwise."""
    treated = source.compared(SERVER, "key", function="ProxyConfig.load_config")
    module = source.assigned("__init__.py") | source.assigned("_logging.py") | source.attributes_of("litellm")
    module |= source.constants_read("__init__.py", "litellm")
    return treated | module | source.read_of("litellm_settings")


def _router_settings(source: Source) -> frozenset[str]:
    """Return the parameters of the router that load_config hands on (get_valid_args in router.py)."""
    managed = source.words("constants.py", "ROUTER_SETTINGS_MANAGED_OUTSIDE_CONFIG")
    return source.parameters("router.py", "Router.__init__") - managed


def _cache_params(source: Source) -> frozenset[str]:
    """Return the parameters of the cache; what it does not know goes to its backend, such as the client of Redis."""
    return source.parameters("caching/caching.py", "Cache.__init__") | source.read_of("cache_params", "redis_kwargs")


def _litellm_params(source: Source) -> frozenset[str]:
    """Return the parameters of a call, those of a deployment, and those that some provider reads."""
    pricing = ("MirroredPricingParams", "CustomPricingLiteLLMParams", "StandardCallbackDynamicParams")
    called = [source.parameters(CALL_FILES.get(call, "main.py"), call) for call in CALLS]
    return (
        source.fields(ROUTER_TYPES, *PARAMETERS)
        | source.fields("types/utils.py", *pricing)
        | source.fields_below("types/litellm_params.py")
        | source.words("constants.py", "DEFAULT_CHAT_COMPLETION_PARAM_VALUES", "OPENAI_EMBEDDING_PARAMS")
        | source.words("constants.py", "OPENAI_TRANSCRIPTION_PARAMS", "OPENAI_CHAT_COMPLETION_PARAMS")
        | source.fields_below("llms", suffix="Config")
        | source.read_of("litellm_params", "optional_params", "non_default_params")
        | source.read_of("kwargs", below="main.py")
        | frozenset().union(*called)
    )


def _model_info(source: Source) -> frozenset[str]:
    known = source.fields("types/utils.py", *MODEL_INFO)
    return known | source.fields(ROUTER_TYPES, "ModelInfo") | source.read_of("model_info")


def _callbacks(source: Source) -> frozenset[str]:
    """Return callbacks by name: those with a class of their own, and those that the logging compares with."""
    logging = "litellm_core_utils/litellm_logging.py"
    compared = source.compared(logging, "callback") | source.compared(logging, "logging_integration")
    started = source.compared("proxy/common_utils/callback_utils.py", "callback")
    named = source.words("__init__.py", "_custom_logger_compatible_callbacks_literal")
    by_address = source.keys("integrations/generic_api/generic_api_compatible_callbacks.json")
    services = source.compared("_service_logger.py", "callback")
    return named | compared | started | services | by_address
