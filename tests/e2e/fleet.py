"""Several Docker hosts on this machine, joined to a Swarm: a network namespace, an engine and a data root each.

The machine's own engine only gives images: `swarm init` and `swarm leave` harm the networks of other stacks on an
engine (seen on 20.10). What a killed run left behind is removed by the next one, before it starts: everything here has
names of its own, and every process a path of its own on its command line.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import docker
import psutil

from config.settings import default_images
from tests.waiting import until

PREFIX = "lsfleet"
"""Of every interface and namespace; an interface's name has 15 letters at most."""
BRIDGE = f"{PREFIX}-br"
SUBNET = "10.231.77"
"""Addresses of the hosts begin with it."""
MACHINE = f"{SUBNET}.1"
"""This machine's, which reaches them all."""
RUN = Path("/run/litellm-stack-fleet")
API = "1.41"
START_SECONDS = 60
STOP_SECONDS = 30

# Rules of the machine's own engine drop what passes a bridge that it does not know.
FORWARD = ("FORWARD", "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT")
# An engine keeps its networks' namespaces in /run/docker, whatever its --exec-root is. Not by `ip netns exec`: that
# remounts /sys, and the engine finds no cgroups.
START = 'hostname "$0" && mkdir -p /run/docker && mount -t tmpfs none /run/docker && exec dockerd "$@"'


@dataclass
class Host:
    """A Docker host: its engine listens at `socket`, and the host has `address` on the fleet's network."""

    number: int
    data: Path
    engine: docker.DockerClient = field(init=False)
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def name(self) -> str:
        """Name of its namespace."""
        return f"{PREFIX}-{self.number}"

    @property
    def address(self) -> str:
        """Where this machine and the other hosts reach it."""
        return f"{SUBNET}.{self.number + 1}"

    @property
    def socket(self) -> str:
        """What DOCKER_HOST is for its engine."""
        return f"unix://{RUN / self.name}.sock"

    @property
    def node_id(self) -> str:
        """What the Swarm calls it."""
        return str(self.engine.info()["Swarm"]["NodeID"])

    def cut(self) -> None:
        """Take it off the fleet's network."""
        _run("ip", "link", "set", self.name, "down")

    def heal(self) -> None:
        """Put it back."""
        _run("ip", "link", "set", self.name, "up")

    def die(self) -> None:
        """Lose power: the network and every process at once."""
        running = [psutil.Process(int(container.attrs["State"]["Pid"])) for container in self.engine.containers.list()]
        self.cut()
        self.engine.close()
        for process in [*_processes(RUN / self.name), *running]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()

    def live(self) -> None:
        """Start the engine again."""
        self.heal()
        _start(self)
        _wait(self)


@contextmanager
def fleet(count: int) -> Iterator[list[Host]]:
    """Run `count` hosts that have the images of a stack on a Swarm; the first is the manager.

    Needs root, and gives a fresh Swarm each time. Layers of images stay in the user's cache folder between runs.
    """
    RUN.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (RUN / "lock").open("w") as lock, ExitStack() as cleanup:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep()
        cleanup.callback(sweep)
        hosts = [Host(number=number, data=_cache() / str(number)) for number in range(1, count + 1)]
        _connect(hosts)
        for host in hosts:
            _start(host)
            cleanup.callback(_stop, host)
        for host in hosts:
            _wait(host)
        _bring(hosts, list(default_images().values()))
        _join(hosts)
        yield hosts


def sweep() -> None:
    """End and remove everything that a fleet has on this machine, but for the cached layers of images."""
    for process in _processes():
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(_processes(), timeout=STOP_SECONDS)
    for name in _listed("ip", "-o", "netns", "list"):
        if name.startswith(PREFIX):
            _run("ip", "netns", "del", name)
    if Path(f"/sys/class/net/{BRIDGE}").exists():
        _run("ip", "link", "del", BRIDGE)
    # A namespace takes its interface along a moment after it is gone itself.
    until(lambda: not [*Path("/sys/class/net").glob(f"{PREFIX}-*")])
    while _succeeds("iptables", "-C", *FORWARD):
        _run("iptables", "-D", *FORWARD)
    for data in _cache().glob("*"):
        _forget(data)


def _cache() -> Path:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "litellm-stack" / "fleet"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _forget(data: Path) -> None:
    """Leave of a data root what belongs to images."""
    for part in ("swarm", "containers", "volumes", "network", "containerd", "runtimes", "tmp", "plugins"):
        shutil.rmtree(data / part, ignore_errors=True)


def _processes(folder: Path = RUN) -> list[psutil.Process]:
    """Return the engines, and what they started that outlives them: each has the run folder in its command line."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if process.pid != os.getpid() and any(str(folder) in word for word in process.info["cmdline"] or ())
    ]


def _connect(hosts: Sequence[Host]) -> None:
    """Give each host a namespace with an address on a bridge that this machine is on, too."""
    _run("ip", "link", "add", BRIDGE, "type", "bridge")
    _run("ip", "addr", "add", f"{MACHINE}/24", "dev", BRIDGE)
    _run("ip", "link", "set", BRIDGE, "up")
    _run("iptables", "-I", *FORWARD)
    for host in hosts:
        inside = ("ip", "-n", host.name)
        _run("ip", "netns", "add", host.name)
        _run("ip", "link", "add", host.name, "type", "veth", "peer", "name", "eth0", "netns", host.name)
        _run("ip", "link", "set", host.name, "master", BRIDGE, "up")
        _run(*inside, "addr", "add", f"{host.address}/24", "dev", "eth0")
        _run(*inside, "link", "set", "lo", "up")
        _run(*inside, "link", "set", "eth0", "up")


def _start(host: Host) -> None:
    """Start the engine in the host's namespaces."""
    folder = RUN / host.name
    folder.mkdir(exist_ok=True)
    host.data.mkdir(exist_ok=True)
    options = {
        "data-root": host.data,
        "exec-root": folder,
        "pidfile": f"{folder}.pid",
        "host": host.socket,
        "storage-driver": "overlay2",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    with Path(f"{folder}.log").open("w") as log:
        host.process = subprocess.Popen(
            ["nsenter", f"--net=/var/run/netns/{host.name}", "unshare", "-mu", "sh", "-c", START, host.name, *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Out of reach of the Ctrl-C that ends the tests: it is ended in order.
            start_new_session=True,
        )


def _wait(host: Host) -> None:
    deadline = time.monotonic() + START_SECONDS
    # Not by docker-py, which leaves a socket open for each attempt.
    while not _succeeds("docker", "--host", host.socket, "version"):
        log = f"{RUN / host.name}.log"
        assert host.process.poll() is None, f"the engine ended: {Path(log).read_text()[-2000:]}"
        assert time.monotonic() < deadline, f"the engine does not answer; its log is {log}"
        time.sleep(0.2)
    host.engine = docker.DockerClient(base_url=host.socket, version=API, timeout=120)


def _bring(hosts: Sequence[Host], images: Sequence[str]) -> None:
    """Load the images that a host lacks from the machine's own engine, once for all that lack the same.

    Those of other versions go, or the cache would grow with each of them.
    """
    for host in hosts:
        for old in host.engine.images.list():
            if not set(old.tags) & set(images):
                host.engine.images.remove(str(old.id), force=True)
    own = docker.from_env()
    try:
        for image in images:
            wanted = own.images.get(image).id
            if lacking := [host for host in hosts if not _has(host, image, wanted)]:
                copy(image, lacking)
    finally:
        own.close()


def _has(host: Host, image: str, wanted: str | None) -> bool:
    with suppress(docker.errors.ImageNotFound):
        return host.engine.images.get(image).id == wanted
    return False


def copy(image: str, hosts: Sequence[Host]) -> None:
    """Give an image of the machine's own engine to `hosts`."""
    with ExitStack() as ends:
        save = ends.enter_context(subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE))
        loads = [
            ends.enter_context(
                subprocess.Popen(
                    ["docker", "--host", host.socket, "load", "--quiet"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                )
            )
            for host in hosts
        ]
        source: IO[bytes] | None = save.stdout
        assert source is not None
        while chunk := source.read(1 << 20):
            for load in loads:
                assert load.stdin is not None
                load.stdin.write(chunk)
    assert [process.returncode for process in (save, *loads)] == [0] * (1 + len(loads)), f"{image} was not copied"


def _join(hosts: Sequence[Host]) -> None:
    manager, *workers = hosts
    manager.engine.swarm.init(advertise_addr=manager.address, listen_addr=f"{manager.address}:2377")
    manager.engine.swarm.reload()
    token = manager.engine.swarm.attrs["JoinTokens"]["Worker"]
    for worker in workers:
        worker.engine.swarm.join(
            remote_addrs=[f"{manager.address}:2377"],
            join_token=token,
            advertise_addr=worker.address,
            listen_addr=f"{worker.address}:2377",
        )


def _stop(host: Host) -> None:
    """End the engine and all that it runs; `sweep` ends what does not."""
    with suppress(AttributeError):
        host.engine.close()
    host.process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        host.process.wait(STOP_SECONDS)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _listed(*command: str) -> list[str]:
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.split()[0] for line in output.splitlines()]
