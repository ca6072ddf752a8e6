"""wildcardModels: which models can be called, and at which price, stands in the config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.resources import MODEL, TEAM, USER, VIRTUAL_KEY, Resource, proxy_config

DESCRIPTION = "Models are named one by one, without a wildcard."


def violations(resource: Resource) -> Iterator[str]:
    """Report model names with a `*`: they take in each model of a provider, those of next year too."""
    for where, name in _names(resource):
        if "*" in name:
            yield (
                f"{where} is {name!r}, which takes in models that nobody has reviewed or priced: name those that are"
                " wanted, an entry each."
            )


def _names(resource: Resource) -> Iterator[tuple[str, str]]:
    for index, entry in enumerate(proxy_config(resource).get("model_list") or ()):
        yield f"proxy.model_list[{index}]", _entry(entry)
    if resource.type == MODEL:
        yield resource.title, _entry(resource.values)
    elif resource.type in (VIRTUAL_KEY, TEAM, USER):
        for name in resource.known("models") or ():
            yield f"a model of {resource.title}", str(name)


def _entry(entry: Mapping[str, object]) -> str:
    """Return the name that clients say and the model that answers, where they differ."""
    parameters = entry.get("litellm_params")
    names = [entry.get("model_name"), parameters.get("model") if isinstance(parameters, Mapping) else None]
    return " for ".join(dict.fromkeys(str(name) for name in names))
