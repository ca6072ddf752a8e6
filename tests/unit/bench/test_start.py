"""A first update and a replica's start, taken apart."""

import pytest

from tests.bench import start
from tests.bench.start import Event


def test_a_part_lasts_from_its_first_resource_to_its_last() -> None:
    names = {name for ends in start.STEPS.values() for name in ends}
    events = [
        Event(name=name, what=what, seconds=seconds)
        for name in names
        for what, seconds in (("creating", 3.0), ("created", 5.0))
    ]
    events += [Event(name="monitoring-healthy", what="created", seconds=9.0)]

    taken = start.parts(events, whole=9.5)

    assert taken["before the first resource"] == 3
    assert taken["migration"] == 2
    assert taken["prometheus"] == 6
    assert taken["after the last resource"] == pytest.approx(0.5)
    assert taken["whole"] == 9.5


@pytest.mark.parametrize(
    ("line", "name", "what"),
    [
        (" +  docker:index:Container database-postgres creating (0s) \n", "database-postgres", "creating"),
        (" +  pulumi-python:dynamic/engine:Job migration-job created (2s) \n", "migration-job", "created"),
    ],
)
def test_events_are_read_from_what_pulumi_prints(line: str, name: str, what: str) -> None:
    match = start.EVENT.match(line)

    assert match
    assert (match["name"], match["what"]) == (name, what)


def test_imports_are_added_up_by_package() -> None:
    log = [
        "import time: self [us] | cumulative | imported package",
        "import time:    250000 |     900000 |     prisma.types",
        "import time:    100000 |    1000000 |   prisma",
        "import time:    500000 |    1500000 | litellm.proxy.proxy_server",
        "import time:    150000 |     150000 |   fastapi",
        "LiteLLM Proxy: something else",
        "processor time: 0.75",
    ]

    assert start.imports(log) == pytest.approx(
        {
            "imports, processor time": 0.75,
            "imports": 1.0,
            "imports: litellm": 0.5,
            "imports: prisma.types": 0.25,
            "imports: all others": 0.25,
        }
    )
