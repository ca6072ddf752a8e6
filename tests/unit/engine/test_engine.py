"""The engine room's pure parts, and the file provider on a real disk."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from engine import preflight
from engine.api import EngineError
from engine.cutover import READ_STATUS, busy, checked, serving
from engine.identity import Identity
from engine.logs import redact
from engine.rendered_file import RenderedFileProvider

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  # nothing listens

STATUS = """\
# pxname,svname,qcur,status,check_status,addr
gateway,FRONTEND,,OPEN,,
litellm,replica1,0,UP,* L7OK,172.18.0.4:4000
litellm,replica2,0,DOWN,L4CON,172.18.0.5:4000
litellm,replica3,0,UP 1/2,L7TOUT,172.18.0.6:4000
litellm,replica4,0,MAINT (resolution),,
litellm,replica5,0,UP,,172.18.0.7:4000
litellm,replica6,0,UP,L7OK,172.18.0.8:4000
litellm,BACKEND,0,UP,,
"""


def test_the_status_page_tells_which_replicas_serve() -> None:
    assert serving(STATUS) == {f"172.18.0.{last}:4000" for last in (4, 6, 7, 8)}


def test_the_status_page_tells_which_replicas_passed_a_check() -> None:
    assert checked(STATUS) == {"172.18.0.4:4000", "172.18.0.8:4000"}
    assert checked("") == set()


def test_the_status_page_tells_where_requests_are_in_flight() -> None:
    page = STATUS.replace("qcur", "scur").replace("replica2,0", "replica2,3")
    assert busy(page) == {"172.18.0.5:4000"}
    assert busy("") == set()


def test_no_status_page_means_that_nothing_serves() -> None:
    assert serving("") == set()


def test_without_an_edge_the_status_page_is_empty_and_no_failure() -> None:
    read = subprocess.run(
        [sys.executable, "-c", READ_STATUS, "http://127.0.0.1:1/stats;csv"], capture_output=True, text=True, check=True
    )
    assert read.stdout == ""


def test_logs_lose_secrets_and_the_passwords_inside_urls() -> None:
    url = "postgresql://llmproxy:pass-word-canary@database:5432/litellm"
    log = f"cannot reach {url}\npassword pass-word-canary refused for sk-canary-0123\nport 4000"
    shown = redact(log, [url, "sk-canary-0123", "4000"])
    assert "canary" not in shown
    assert shown.endswith("port 4000")


def test_names_and_labels_tell_environments_apart() -> None:
    dev, prod = (Identity(project="litellm-stack", stack=stack, owner="0123", key="key") for stack in ("dev", "prod"))
    assert dev.name("edge") == "litellm-stack-dev-edge"
    assert dev.labels("edge") != prod.labels("edge")


def test_a_taken_port_is_noticed_and_its_process_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not preflight._can_bind("127.0.0.1", port)
        assert f"process {os.getpid()} (" in preflight._process("127.0.0.1", port)
    assert preflight._can_bind("127.0.0.1", port)


def test_a_process_with_the_port_on_another_address_is_not_named() -> None:
    with socket.create_server(("127.0.0.2", 0)) as server:
        assert preflight._process("127.0.0.1", server.getsockname()[1]) == "another process"


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("127.0.0.1", True),
        (EVERY_ADDRESS, True),
        ("::", True),
        ("", True),
        ("127.0.0.2", False),
        ("172.17.0.1", False),
        ("::1", False),
    ],
)
def test_a_port_is_taken_by_who_has_it_on_that_address_or_on_all(address: str, taken: bool) -> None:
    published = {"9090/tcp": None, "4000/tcp": [{"HostIp": address, "HostPort": "4000"}]}
    assert preflight._holds(Mock(ports=published), "127.0.0.1", 4000) is taken
    assert not preflight._holds(Mock(ports=published), "127.0.0.1", 4001)


def test_a_port_of_another_protocol_is_not_taken() -> None:
    published = {"4000/udp": [{"HostIp": EVERY_ADDRESS, "HostPort": "4000"}]}
    assert not preflight._holds(Mock(ports=published), "127.0.0.1", 4000)


def test_an_address_of_another_host_is_refused() -> None:
    with pytest.raises(EngineError, match=r"bind: 192\.0\.2\.1 is not an address of this host"):
        preflight._can_bind("192.0.2.1", 4000)


def test_a_rendered_file_is_whole_readable_and_mended(tmp_path: Path) -> None:
    provider = RenderedFileProvider()
    path = tmp_path / "stack" / "config-0123.yaml"
    props = {"path": str(path), "content": "a: 1\n"}
    created = provider.create(props)
    assert path.read_text(encoding="utf-8") == "a: 1\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert provider.read(created.id, props).id == created.id
    path.chmod(0o644)
    path.write_text("a: 2\n", encoding="utf-8")
    assert provider.read(created.id, props).id is None
    provider.delete(created.id, props)
    assert not path.parent.exists()
    provider.delete(created.id, props)


def test_another_content_is_another_file_and_the_old_one_stays_meanwhile() -> None:
    diff = RenderedFileProvider().diff("", {"path": "/a", "content": "1"}, {"path": "/b", "content": "2"})
    assert diff.changes
    assert diff.replaces == ["path", "content"]
    assert not diff.delete_before_replace
