"""How this host reaches its package registries, handed to the build stages that need it and kept out of the images."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from supply.errors import SupplyError

# Where the build stages find the folder that `write` fills.
INSIDE = "/run/host"
CA_FILE = "ca.crt"
CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PLATFORM_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
PIP_OPTIONS = {
    "PIP_INDEX_URL": "index-url",
    "PIP_EXTRA_INDEX_URL": "extra-index-url",
    "PIP_TRUSTED_HOST": "trusted-host",
    "PIP_DEFAULT_TIMEOUT": "timeout",
}
NPM_REGISTRY = ("NPM_CONFIG_REGISTRY", "npm_config_registry")
# Docker hands these to each RUN by itself, and keeps them out of an image's history.
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "FTP_PROXY", "ALL_PROXY")


def write(folder: Path, environment: Mapping[str, str]) -> None:
    """Fill `folder` with the host's CA bundle and the settings of pip and npm that its environment has."""
    folder.mkdir(mode=0o700)
    (folder / CA_FILE).write_bytes(ca_bundle(environment).read_bytes())
    pip = [f"cert = {INSIDE}/{CA_FILE}"]
    pip += [f"{option} = {environment[name]}" for name, option in PIP_OPTIONS.items() if environment.get(name)]
    (folder / "pip.conf").write_text("\n".join(["[global]", *pip, ""]))
    npm = [f"cafile={INSIDE}/{CA_FILE}"]
    registry = next((environment[name] for name in NPM_REGISTRY if environment.get(name)), None)
    npm += [f"registry={registry}"] if registry else []
    (folder / "npmrc").write_text("\n".join([*npm, ""]))


def ca_bundle(environment: Mapping[str, str]) -> Path:
    """Return the certificates that this host trusts, a company's own among them."""
    named = [environment[name] for name in CA_VARIABLES if environment.get(name)]
    default = ssl.get_default_verify_paths().cafile
    for candidate in [*named, *([default] if default else []), *PLATFORM_BUNDLES]:
        if Path(candidate).is_file():
            return Path(candidate)
    raise SupplyError(
        "No bundle of CA certificates was found on this host",
        mend="Install ca-certificates, or name one by SSL_CERT_FILE.",
    )


def proxy_arguments(environment: Mapping[str, str]) -> list[str]:
    """Return the host's proxy settings as `docker build` takes them; names only: values may be credentials."""
    names = [name for upper in PROXIES for name in (upper, upper.lower()) if environment.get(name)]
    return [word for name in names for word in ("--build-arg", name)]
