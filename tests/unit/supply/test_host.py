"""The host's parts: folders, engine, registries, plugins, pins."""

from __future__ import annotations

import ast
import io
import json
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supply import go_toolchain, host, host_registries, image_labels, mirror_base, mirror_images
from supply.console import Console
from supply.docker_engine import DEFAULT_HOST, DockerEngine, check_version
from supply.errors import SupplyError
from supply.folders import user_folders
from supply.pins import read_pins
from supply.process import capture, run
from supply.toolchain import MARKER, Toolchain, is_placed, place_plugin

ROOT = Path(__file__).parents[3]


def test_folders_follow_the_platform() -> None:
    linux = user_folders({"HOME": "/home/ann"}, platform="linux")
    assert str(linux.cache) == "/home/ann/.cache/litellm-stack"
    assert str(linux.state) == "/home/ann/.local/share/litellm-stack/state"
    assert str(linux.passphrase) == "/home/ann/.config/litellm-stack/passphrase"
    mac = user_folders({"HOME": "/Users/ann"}, platform="darwin")
    assert str(mac.cache) == "/Users/ann/Library/Caches/litellm-stack"
    assert str(mac.state) == "/Users/ann/Library/Application Support/litellm-stack/state"


def test_folders_follow_the_environment() -> None:
    given = {"HOME": "/h", "XDG_CACHE_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/e", "PULUMI_HOME": "/p"}
    folders = user_folders(given, platform="darwin")
    assert [str(folders.cache), str(folders.data), str(folders.config)] == [f"/{x}/litellm-stack" for x in "cde"]
    assert str(folders.pulumi_home) == "/p"


def test_an_old_engine_is_refused_with_both_versions() -> None:
    check_version(api="1.41", engine="20.10.24", host=DEFAULT_HOST)
    check_version(api="1.100", engine="99.0", host=DEFAULT_HOST)
    with pytest.raises(SupplyError, match=r"too old: 19\.03\.1 \(API 1\.40\)") as caught:
        check_version(api="1.40", engine="19.03.1", host=DEFAULT_HOST)
    assert "20.10 (API 1.41)" in caught.value.mend


def test_only_an_engine_elsewhere_needs_docker_host() -> None:
    assert DockerEngine(host=DEFAULT_HOST, version="1").environment == {}
    assert DockerEngine(host="unix:///run/x.sock", version="1").environment == {"DOCKER_HOST": "unix:///run/x.sock"}


def test_the_virtual_environment_is_first_on_path() -> None:
    path = host.search_path(Path("/venv"), Toolchain(folder=Path("/cli")), {"PATH": "/usr/bin"})
    assert path == "/venv/bin:/cli:/usr/bin"


def test_registries_of_the_host_reach_the_build_and_no_argument_has_a_value(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("certificates")
    environment = {
        "SSL_CERT_FILE": str(bundle),
        "PIP_INDEX_URL": "https://ann:secret@pypi.example/simple",
        "npm_config_registry": "https://npm.example",
        "HTTPS_PROXY": "http://ann:secret@proxy.example",
    }
    folder = tmp_path / "host"
    host_registries.write(folder, environment)
    assert folder.stat().st_mode & stat.S_IRWXO == 0
    assert (folder / "ca.crt").read_text() == "certificates"
    assert "index-url = https://ann:secret@pypi.example/simple" in (folder / "pip.conf").read_text()
    assert "registry=https://npm.example" in (folder / "npmrc").read_text()
    assert host_registries.proxy_arguments(environment) == ["--build-arg", "HTTPS_PROXY"]


def test_a_plugin_is_placed_once_and_renewed_with_its_recipe(tmp_path: Path) -> None:
    binary = tmp_path / "pulumi-resource-docker"
    binary.write_text("one")
    folder = tmp_path / "plugins" / "resource-docker-v1"
    folder.parent.mkdir()
    console = Console(io.StringIO())
    place_plugin(binary, folder, recipe="r1", console=console)
    assert (folder / binary.name).read_text() == "one"
    assert is_placed(folder, recipe="r1")
    assert not is_placed(folder, recipe="r2")


def test_a_plugin_of_somebody_else_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "pulumi-resource-docker").write_text("published")
    assert is_placed(tmp_path, recipe="r1")
    (tmp_path / MARKER).write_text("old")
    assert not is_placed(tmp_path, recipe="r1")


def test_pins_come_from_the_python_packages(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# pulumi==1\npulumi==3.1.0\npulumi_docker==5.2.0 ; x\npulumi-random==4.21.4\npulumi-policy==1\nhttpx==1\n"
    )
    pins = read_pins(file)
    assert pins.pulumi == "3.1.0"
    assert pins.plugins == {"docker": "5.2.0", "random": "4.21.4"}


def test_the_recipe_builds_the_version_that_is_pinned() -> None:
    pins = read_pins(ROOT / "requirements.txt")
    required = (go_toolchain.RECIPE / "cli" / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{pins.pulumi}" in required
    assert f"github.com/pulumi/pulumi/sdk/v3 v{pins.pulumi}" in required
    for name in pins.plugins:
        assert (go_toolchain.RECIPE / "providers" / "cmd" / f"pulumi-resource-{name}" / "main.go").is_file()
    assert go_toolchain.wanted_go(required) >= (1, 24)


def test_every_image_of_the_program_has_a_recipe() -> None:
    images = json.loads((ROOT / "config" / "images.json").read_text())
    keys = {component: mirror_images.recipe(component) for component in images}
    assert len(set(keys.values())) == len(images)
    with pytest.raises(SupplyError, match="no recipe for it"):
        mirror_images.recipe("unheard-of")


def test_labels_are_read_by_name_and_missing_images_are_none() -> None:
    listed = '\n["a:1","b:1"] {"io.litellm-stack.supply":"mirror"}\n["c:1"] null\n[] null\n'
    labels = image_labels.parse(listed)
    assert labels == {"a:1": (mirror := {"io.litellm-stack.supply": "mirror"}), "b:1": mirror, "c:1": {}}
    assert [image_labels.is_mirror(labels[name]) for name in ("a:1", "c:1")] == [True, False]
    assert image_labels.parse("\n") == {}


def test_the_base_gets_updates_and_security_fixes_from_the_same_mirror() -> None:
    assert mirror_base.with_updates("deb http://mirror.example/debian bookworm main\n", "bookworm").splitlines() == [
        "deb http://mirror.example/debian bookworm main",
        "deb http://mirror.example/debian bookworm-updates main",
        "deb http://mirror.example/debian-security bookworm-security main",
    ]


def test_the_recipe_of_litellm_is_the_version_of_its_official_image() -> None:
    image = json.loads((ROOT / "config" / "images.json").read_text())["litellm"]
    requirements = (mirror_images.RECIPES / "litellm" / "requirements.txt").read_text()
    match = re.search(r"^litellm\[proxy\]==(.+)$", requirements, re.MULTILINE)
    assert match
    assert image.endswith(f":v{match[1]}")


def test_an_old_python_can_read_the_entry_point() -> None:
    source = (ROOT / "supply" / "__main__.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    ast.parse((ROOT / "supply" / "__init__.py").read_text(), feature_version=(3, 4))
    assert source.index("sys.version_info < (3, 11)") < source.index("from supply.cli")


def test_steps_say_what_came_of_them() -> None:
    stream = io.StringIO()
    console = Console(stream)
    with console.step("Thing") as step:
        step.outcome = "built"
    with pytest.raises(SupplyError), console.step("Other"):
        raise SupplyError("no")
    first, second = stream.getvalue().splitlines()
    assert re.fullmatch(r"  Thing +built +\d\.\d s", first)
    assert re.fullmatch(r"  Other +failed +\d\.\d s", second)


def test_a_long_step_shows_its_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supply.console.QUIET_SECONDS", 0.1)
    stream = io.StringIO()
    with Console(stream).step("Thing") as step:
        step.progress("compiling")
        time.sleep(0.6)
    assert "    ... Thing: 0 s, compiling" in stream.getvalue()


def test_a_failed_program_shows_its_last_lines() -> None:
    with pytest.raises(SupplyError, match="Doing it failed") as caught:
        run(["sh", "-c", "echo one; echo two >&2; exit 3"], what="Doing it")
    assert caught.value.mend == "    one\n    two"
    with pytest.raises(SupplyError, match="not installed or not on PATH"):
        capture(["no-such-program-here"], what="Doing it")


def test_an_error_is_shown_without_a_traceback() -> None:
    command = [sys.executable, "-m", "supply", "up", "--stack", "no-such-stack"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "error: There is no Pulumi.no-such-stack.yaml" in result.stderr
    assert "Traceback" not in result.stderr
