"""The stack config as one frozen model. `check` validates it whole and reports every mistake at once."""

from __future__ import annotations

import functools
import ipaddress
import json
import typing
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, WithJsonSchema
from pydantic.alias_generators import to_camel

from config import cache, clear_secrets, database, grafana, lint, proxy, references, swarm
from config.access import AccessSettings, KeySettings
from config.cache import CacheSettings
from config.database import DatabaseSettings
from config.grafana import GrafanaSettings
from config.lint.enterprise import LICENCE
from config.monitoring import MonitoringSettings
from config.policy import PolicySettings
from config.problems import ConfigError, Problem
from config.reading import depth, mapping, number
from config.rotation import RotationSettings
from config.section import Section
from config.structure import structural_problems
from config.swarm import SwarmSettings

IMAGES = Path(__file__).with_name("images.json")

DEEPEST = 100
"""Mappings and lists inside of each other that LiteLLM reads (DEFAULT_MAX_RECURSE_DEPTH in litellm/constants.py)."""


def _master_key(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("sk-") or len(value.get_secret_value()) < 16:
        raise ValueError(
            "a master key starts with 'sk-' and has 16 characters or more; set another one with"
            " `pulumi config set --secret masterKey`, or remove it and the stack generates one"
        )
    if not value.get_secret_value().isascii() or " " in value.get_secret_value():
        raise ValueError("holds what no HTTP header takes: use ASCII letters, digits and punctuation, without spaces")
    return _line(value)


def _line(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().isprintable():
        raise ValueError("holds a control character, such as a line break: set it again without")
    return value


def _variable(value: SecretStr) -> SecretStr:
    if "\0" in value.get_secret_value():
        raise ValueError("holds a NUL character, which no environment variable can")
    return value


def _text(value: str) -> str:
    _variable(SecretStr(value))
    return value


def _address(value: str) -> str:
    ipaddress.ip_address(value)
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
Mebibytes = Annotated[int, Field(ge=6, le=2**24)]
Cpus = Annotated[float, Field(ge=0.1, le=4096, allow_inf_nan=False)]
Image = Annotated[str, Field(pattern=r"^\S+$")]
_WRITTEN = WithJsonSchema({"anyOf": [{"type": kind} for kind in ("string", "number", "boolean")]})
Variable = Annotated[str, AfterValidator(_text), _WRITTEN]
"""A text; `pulumi config set --path` writes numbers and booleans, which `check` turns into texts."""


class PortSettings(Section):
    """Host ports. The database is published only where it is given a port."""

    gateway: Port = 4000
    """The gateway and its admin UI."""
    prometheus: Port = 9090
    """Prometheus."""
    database: Port | None = None
    """Postgres, where somebody needs it."""
    grafana: Port = grafana.PORT
    """Grafana, where the stack runs one."""

    def published(self, *, grafana: bool = False) -> dict[str, int]:
        """Return the ports that the stack publishes, by name; `grafana` is whether it runs one."""
        ports = {name: port for name, port in self.model_dump().items() if port is not None}
        return {name: port for name, port in ports.items() if grafana or name != "grafana"}


class MemorySettings(Section):
    """Memory limits of the containers, in MiB. One proxy worker holds 0.75 GB, its query engine 0.1 GB more."""

    proxy: Mebibytes = 2048
    database: Mebibytes = 1024
    edge: Mebibytes = 256
    prometheus: Mebibytes = 1024
    cache: Mebibytes = 256
    pooler: Mebibytes = 128
    grafana: Mebibytes = 512
    alertmanager: Mebibytes = 128
    exporters: Mebibytes = 64


class CpuSettings(Section):
    """How many CPUs the containers may use at once; in tenths. More than the host has is all of them."""

    proxy: Cpus = 2
    database: Cpus = 2
    edge: Cpus = 1
    prometheus: Cpus = 1
    cache: Cpus = 1
    pooler: Cpus = 1
    grafana: Cpus = 1
    alertmanager: Cpus = 0.5
    exporters: Cpus = 0.5


class ImageSettings(Section):
    """Image references. A digest (`name@sha256:...`) pins the content as well as the version."""

    litellm: Image
    postgres: Image
    pgbouncer: Image
    haproxy: Image
    prometheus: Image
    redis: Image
    alertmanager: Image
    postgres_exporter: Image
    redis_exporter: Image
    blackbox_exporter: Image
    # Not among the images that the supply line provides: the engine pulls it where somebody wants a Grafana.
    grafana: Image = "grafana/grafana:11.6.1"


@functools.cache
def default_images() -> Mapping[str, str]:
    """Return the image references that the stack is tested with, which the supply line provides."""
    images: dict[str, str] = json.loads(IMAGES.read_text(encoding="utf-8"))
    return images


class Settings(Section):
    """Everything that the program is told. Our own words here; `proxy` holds LiteLLM's."""

    proxy: dict[str, Any] = Field(default_factory=dict)
    """LiteLLM's config.yaml in its own words: `model_list`, `litellm_settings`, `router_settings` ..."""
    secrets: dict[str, Annotated[SecretStr, AfterValidator(_variable)]] = Field(default_factory=dict)
    """Environment variables of the proxy that are secret: providers' keys."""
    environment: dict[str, Variable] = Field(default_factory=dict)
    """Environment variables of the proxy that are not."""
    access: AccessSettings = AccessSettings()
    engine: Literal["docker", "swarm"] = "docker"
    """What runs the stack: the Docker engine of one host, or a Swarm, of which it is asked on a manager."""
    swarm: SwarmSettings = SwarmSettings()
    ports: PortSettings = PortSettings()
    bind: Annotated[str, AfterValidator(_address)] = "127.0.0.1"
    """Host address that all published ports listen on."""
    admin_url: str | None = None
    """Where this program reaches the admin API, if that is not the gateway's address."""
    images: ImageSettings = Field(default_factory=lambda: ImageSettings(**default_images()))
    memory: MemorySettings = MemorySettings()
    cpus: CpuSettings = CpuSettings()
    cache: CacheSettings = CacheSettings()
    database: DatabaseSettings = DatabaseSettings()
    grafana: GrafanaSettings = GrafanaSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    replicas: Annotated[int, Field(ge=1, le=32)] = 1
    """Proxies behind the edge."""
    start_timeout: Annotated[int, Field(ge=1, le=86_400)] = 300
    """Seconds that a container may take until it is healthy, and a job until its end."""
    protect: bool = True
    """Keep the database's volume, and the secrets that it needs, from being destroyed."""
    policy: PolicySettings = PolicySettings()
    rotation: RotationSettings = RotationSettings()
    master_key: Annotated[SecretStr, AfterValidator(_master_key)] | None = None
    """A master key of your own, `sk-...`; without it, the stack generates one, as for the secrets below."""
    salt_key: Annotated[SecretStr, Field(min_length=8), AfterValidator(_line)] | None = None
    """A salt key of your own: it encrypts what the proxy keeps in its database."""
    database_password: Annotated[SecretStr, Field(min_length=8), AfterValidator(_line)] | None = None
    """A password of your own for the proxy's login to the database."""
    database_volume: Annotated[str, Field(pattern=r"^[a-z0-9]+$")] | None = None
    """Which volume holds the database; `make upgrade-database` sets it."""
    take_over: Annotated[str, Field(pattern=r"^([0-9a-f]{12}|unlabelled)$")] | None = None
    """The owner whose volumes this stack takes over after a state was lost: the error that refuses them names it."""
    empty_database: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")] | None = None
    """The id of a protected database's volume that was lost, to start with an empty one: the error names it."""
    backup_passphrase: Annotated[SecretStr, Field(min_length=12), AfterValidator(_line)] | None = None
    """A passphrase of your own for the stack's backups."""

    @property
    def volume(self) -> str:
        """The database's volume: the first one, or the one that `make upgrade-database` moved the data to."""
        return f"database-{self.database_volume}" if self.database_volume else "database"

    @property
    def runs_database(self) -> bool:
        """Tell whether the stack runs a Postgres."""
        return self.database.external is None

    @property
    def gateway_url(self) -> str:
        """The address that applications on this host use, or those of a Swarm, without a trailing slash."""
        return f"http://{self._reachable}:{self.ports.gateway}"

    @property
    def effective_admin_url(self) -> str:
        """The address at which this program reaches the proxy's admin API."""
        return self.admin_url or self.gateway_url

    @property
    def licensed(self) -> bool:
        """Tell whether the proxy has a LiteLLM Enterprise licence."""
        return LICENCE in self.secrets

    def key_rotation(self, key: KeySettings) -> int:
        """Return the number that counts for the value of a virtual key."""
        return self.rotation.number(key.rotation, self.rotation.virtual_keys)

    @property
    def runs_cache(self) -> bool:
        """Tell whether the stack runs a Redis."""
        if self.cache.external:
            return False
        if self.cache.enabled is not None:
            return self.cache.enabled
        variables = frozenset({*self.secrets, *self.environment})
        return cache.is_needed(self.proxy, replicas=self.replicas, variables=variables)

    @property
    def used_images(self) -> dict[str, str]:
        """The references of the images that the stack runs, by their place in the stack config."""
        monitoring = self.monitoring
        used = {
            "litellm": True,
            "postgres": True,
            "haproxy": True,
            "prometheus": True,
            "pgbouncer": self.database.pooler is not None,
            "redis": self.runs_cache,
            "grafana": self.grafana.enabled,
            "alertmanager": monitoring.runs_alertmanager,
            "blackbox_exporter": bool(monitoring.certificates),
            "postgres_exporter": monitoring.exporters and self.runs_database,
            "redis_exporter": monitoring.exporters and self.runs_database and self.runs_cache,
        }
        return {f"images.{to_camel(name)}": getattr(self.images, name) for name, runs in used.items() if runs}

    @property
    def names_cache(self) -> bool:
        """Tell whether the stack says which Redis replicas count in: one of its own, or somebody else's."""
        return self.runs_cache or self.cache.external is not None

    @property
    def prometheus_url(self) -> str:
        """Prometheus's address, without a trailing slash."""
        return f"http://{self.swarm.data_address or self._reachable}:{self.ports.prometheus}"

    @property
    def addresses(self) -> dict[str, str]:
        """The addresses that the stack tells its users, by the name of the output."""
        return {
            "gatewayUrl": self.gateway_url,
            "adminUrl": f"{self.gateway_url}/ui/",
            "prometheusUrl": self.prometheus_url,
            **({"grafanaUrl": f"http://{self._reachable}:{self.ports.grafana}"} if self.grafana.enabled else {}),
        }

    @property
    def _reachable(self) -> str:
        address = ipaddress.ip_address(self.bind)
        if address.is_unspecified:
            return self.swarm.address or ("127.0.0.1" if address.version == 4 else "[::1]")
        return f"[{address}]" if address.version == 6 else str(address)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A stack config that can be used, and what of it LiteLLM would pass over."""

    settings: Settings
    warnings: tuple[Problem, ...]


def load(raw: Mapping[str, str], *, encrypted: Collection[str], project: str) -> Settings:
    """Return what `check` does, without the warnings."""
    return check(raw, encrypted=encrypted, project=project).settings


def check(raw: Mapping[str, str], *, encrypted: Collection[str], project: str) -> Checked:
    """Validate the stack config of `project`: `raw` maps `project:name` to text, objects as JSON, secrets decrypted.

    `encrypted` are the names of `raw` that are encrypted in the file. Raises ConfigError with every mistake.
    """
    values = _values(raw, project=project)
    clear = {name for name in values if f"{project}:{name}" not in encrypted}
    if deep := [name for name, value in values.items() if depth(value) > DEEPEST]:
        message = f"more than {DEEPEST} mappings and lists inside of each other"
        raise ConfigError([Problem(path=name, message=message) for name in deep])
    problems = [
        *proxy.problems(values),
        *references.problems(values),
        *cache.problems(values, variables=proxy.own_names(values)),
        *database.problems(values),
        *lint.problems(values),
        *swarm.problems(values),
        *_port_problems(values),
        *clear_secrets.problems(values, clear),
    ]
    try:
        settings = Settings.model_validate(values, context={"licensed": LICENCE in mapping(values, "secrets")})
    except ValidationError as error:
        problems = [*structural_problems(error, Settings), *problems]
    problems.sort(key=lambda problem: problem.path)
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = tuple(problem for problem in problems if problem.severity == "warning")
    if errors:
        raise ConfigError(errors, warnings=warnings)
    return Checked(settings=settings, warnings=warnings)


def _values(raw: Mapping[str, str], *, project: str) -> dict[str, Any]:
    """Return the settings of `project` as they are written in the file."""
    texts = {name.removeprefix(f"{project}:"): text for name, text in raw.items() if name.startswith(f"{project}:")}
    values: dict[str, Any] = {name: _decode(text) if name in _sections() else text for name, text in texts.items()}
    images, environment = values.get("images"), values.get("environment")
    if isinstance(images, dict):
        values["images"] = {**default_images(), **images}
    if isinstance(environment, dict):
        values["environment"] = {name: _as_text(value) for name, value in environment.items()}
    return values


@functools.cache
def _sections() -> frozenset[str]:
    """Name the settings that are mappings; the others are texts, whatever they begin with."""
    fields = [(field.alias or name, field.annotation) for name, field in Settings.model_fields.items()]
    return frozenset(
        name
        for name, kind in fields
        if typing.get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, BaseModel))
    )


def _decode(text: str) -> Any:
    """Read a section, which Pulumi hands over as JSON; one with nothing in it arrives as an empty text."""
    try:
        return json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return text


def _as_text(value: Any) -> Any:
    """Write a number as text, and true as LiteLLM writes what its own `environment_variables` hold: True."""
    return str(value) if isinstance(value, int | float) else value


def _port_problems(values: Mapping[str, Any]) -> list[Problem]:
    ports: dict[int, str] = {}
    problems = []
    defaults = {name: field.default for name, field in PortSettings.model_fields.items()}
    runs_grafana = mapping(values, "grafana").get("enabled") is True
    for name, port in {**defaults, **mapping(values, "ports")}.items():
        if name == "grafana" and not runs_grafana:
            continue
        given = number(port, 0)
        if given in ports:
            message = f"{given} is the port of {ports[given]!r} too; give each its own"
            problems.append(Problem(path=f"ports.{name}", message=message))
        elif given:
            ports[given] = name
    return problems
