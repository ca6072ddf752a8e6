"""The images that the program runs: pulled, or built from packages under the same names."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from supply import debian
from supply.cache import files_below, recipe_key
from supply.console import Step
from supply.errors import SupplyError
from supply.process import capture, run, succeeds
from supply.workplace import Workplace

MIRROR_LABEL = "io.litellm-stack.supply"
RECIPE_LABEL = "io.litellm-stack.recipe"
BASE = "litellm-stack/debian"
SUITE = "bookworm"


def references(root: Path) -> list[str]:
    """Return the image references that the program uses."""
    return list(_images(root).values())


def pull(place: Workplace) -> None:
    """Have the publishers' images. One that the mirror line built under the same name is replaced."""
    for image in references(place.root):
        with place.console.step(f"Image {image}") as step:
            if _labels(place, image) is not None and MIRROR_LABEL not in (_labels(place, image) or {}):
                step.outcome = "present"
                continue
            run(["docker", "pull", image], what=f"Pulling {image}", step=step, env=place.environment)
            step.outcome = "pulled"


def build(place: Workplace) -> None:
    """Have stand-ins of the publishers' images, built from Debian's, PyPI's and npm's packages."""
    folder = place.root / "supply" / "images"
    recipes = {name: _recipe(folder, name) for name in _images(place.root)}
    missing = {
        name: reference
        for name, reference in _images(place.root).items()
        if (_labels(place, reference) or {}).get(RECIPE_LABEL) != recipes[name]
    }
    for name, reference in _images(place.root).items():
        with place.console.step(f"Image {reference}") as step:
            if name not in missing:
                step.outcome = "cached"
                continue
            base = _ensure_base(place, step)
            _build_one(place, folder / name, reference, recipe=recipes[name], base=base, step=step)
            step.outcome = "built"


def _images(root: Path) -> dict[str, str]:
    images: dict[str, str] = json.loads((root / "config" / "images.json").read_text(encoding="utf-8"))
    return images


def _recipe(folder: Path, name: str) -> str:
    return recipe_key([Path(__file__), *files_below(folder / name)], root=folder.parent)


def _labels(place: Workplace, image: str) -> Mapping[str, str] | None:
    """Return the labels of a local image; None where there is no such image."""
    argv = ["docker", "image", "inspect", "--format", "{{json .Config.Labels}}", image]
    if not succeeds(argv, env=place.environment):
        return None
    labels: dict[str, str] | None = json.loads(capture(argv, what=f"Inspecting {image}", env=place.environment))
    return labels or {}


def _ensure_base(place: Workplace, step: Step) -> str:
    """Have a minimal Debian as an image; return its reference."""
    reference = f"{BASE}:{recipe_key([Path(__file__)], root=place.root)}"
    if _labels(place, reference) is not None:
        return reference
    if not shutil.which("debootstrap"):
        if not debian.can_install():
            raise SupplyError(
                "the mirror line builds images with debootstrap, which this host does not have",
                mend="Run it as root on Debian or Ubuntu, or install debootstrap; with internet, use SUPPLY=official.",
            )
        debian.install(["debootstrap"], step)
    if os.geteuid() != 0:
        raise SupplyError(
            "the mirror line's base image is made with debootstrap, which only root may run",
            mend="Run `make up` once as root on this host; later runs find the image.",
        )
    place.folders.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.folders.cache) as folder:
        system = Path(folder) / "system"
        mirror = [place.environment["DEBIAN_MIRROR"]] if "DEBIAN_MIRROR" in place.environment else []
        run(
            ["debootstrap", "--variant=minbase", SUITE, system, *mirror],
            what="Making a minimal Debian",
            step=step,
            env=place.environment,
        )
        _add_updates(system / "etc" / "apt" / "sources.list")
        _import(place, system, reference)
    return reference


def _add_updates(sources: Path) -> None:
    """Add the suites with security fixes: debootstrap writes the release as it came out."""
    release = sources.read_text(encoding="utf-8").split()
    url = release[1].rstrip("/")
    lines = [
        f"deb {url} {SUITE} main",
        f"deb {url} {SUITE}-updates main",
        f"deb {url.removesuffix('/debian')}/debian-security {SUITE}-security main",
    ]
    sources.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _import(place: Workplace, system: Path, reference: str) -> None:
    with subprocess.Popen(["tar", "-C", str(system), "-c", "."], stdout=subprocess.PIPE) as archive:
        subprocess.run(
            ["docker", "import", "--change", 'CMD ["bash"]', "-", reference],
            env=place.environment,
            stdin=archive.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def _build_one(place: Workplace, folder: Path, reference: str, *, recipe: str, base: str, step: Step) -> None:
    # The legacy builder and BuildKit both can do it; the former is there without a plugin.
    environment = {**place.environment, "DOCKER_BUILDKIT": "0"}
    with tempfile.TemporaryDirectory() as temporary:
        context = Path(temporary) / "context"
        shutil.copytree(folder, context)
        _write_host_settings(context / "host", place.environment)
        draft = f"litellm-stack/draft:{recipe}"
        run(
            ["docker", "build", "--build-arg", f"BASE={base}", "--tag", draft, context],
            what=f"Building {reference}",
            step=step,
            env=environment,
        )
        version = capture(
            ["docker", "run", "--rm", "--entrypoint", "cat", draft, "/etc/mirror-version"],
            what=f"Reading the version in {reference}",
            env=environment,
        )
        labels = {MIRROR_LABEL: "mirror", RECIPE_LABEL: recipe, "org.opencontainers.image.version": version}
        flags = [word for name, value in labels.items() for word in ("--label", f"{name}={value}")]
        argv = ["docker", "build", *flags, "--tag", reference, "-"]
        run(argv, what=f"Labelling {reference}", step=step, env=environment, stdin=f"FROM {draft}\n")
        run(["docker", "rmi", "--no-prune", draft], what="Removing the draft's name", env=environment)


def _write_host_settings(folder: Path, environment: Mapping[str, str]) -> None:
    """Write this host's way to its registries, for the build stage only: certificates and mirrors' addresses."""
    folder.mkdir()
    certificates = environment.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    (folder / "ca.crt").write_bytes(Path(certificates).read_bytes() if certificates else b"")
    pip = ["[global]", "cert = /run/host/ca.crt" if certificates else ""]
    pip += [f"index-url = {environment['PIP_INDEX_URL']}" if "PIP_INDEX_URL" in environment else ""]
    (folder / "pip.conf").write_text("\n".join(pip) + "\n", encoding="utf-8")
    registry = environment.get("NPM_CONFIG_REGISTRY") or environment.get("npm_config_registry")
    npm = ["cafile=/run/host/ca.crt" if certificates else "", f"registry={registry}" if registry else ""]
    (folder / "npmrc").write_text("\n".join(npm) + "\n", encoding="utf-8")
