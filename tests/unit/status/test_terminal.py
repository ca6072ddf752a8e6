"""What `make status` prints, against files.

After a change that is meant: `UPDATE_GOLDEN=1 pytest tests/unit/status`, and read the diff.
"""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from status.judgement import problems
from status.snapshot import Snapshot, Target
from status.terminal import BUDGETS, render
from tests.unit.status.example import healthy

RECORDED = Path(__file__).parent / "recorded"


def printed(snapshot: Snapshot, *, width: int = 120) -> str:
    console = Console(width=width, file=io.StringIO())
    with console.capture() as capture:
        console.print(render(snapshot), highlight=False)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def broken() -> Snapshot:
    snapshot = healthy()
    database, *rest = snapshot.services or ()
    down = Target(job="litellm", instance="172.19.0.6:4000", up=False, error="connection refused")
    return replace(
        snapshot,
        ready=False,
        services=(replace(database, state="exited", started=None), *rest),
        accounts=(),
        targets=(*snapshot.targets[:2], down),
        faults=("cannot list budgets: HTTP 503: Service Unavailable",),
    )


@pytest.mark.parametrize(("name", "snapshot"), [("healthy", healthy()), ("broken", broken())])
def test_what_is_printed_is_what_was_agreed(name: str, snapshot: Snapshot) -> None:
    file = RECORDED / f"{name}.txt"
    found = printed(snapshot)
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_nothing_is_wrong_with_a_spent_budget() -> None:
    assert problems(healthy()) == []


def test_a_stack_without_containers_says_how_to_bring_it_up() -> None:
    empty = Snapshot(stack="prod", taken=healthy().taken, gateway_url="http://127.0.0.1:4000", ready=False, services=())
    assert "make up STACK=prod" in printed(empty)


def test_only_the_budgets_used_most_are_shown_of_many() -> None:
    account = healthy().accounts[2]
    many = tuple(replace(account, name=f"key-{n:03}", spend=n / 1000) for n in range(500))
    text = printed(replace(healthy(), accounts=many))
    assert f"Budgets (the {BUDGETS} used most, of 500)" in text
    assert "key-499" in text
    assert "key-400" not in text


def test_a_narrow_terminal_loses_no_part_of_a_name() -> None:
    account = replace(healthy().accounts[2], name="ä" * 150)
    text = printed(replace(healthy(), accounts=(account,)), width=70)
    assert text.count("ä") == 2 * 150, "among the budgets and the spenders"


def test_a_name_cannot_write_to_the_terminal() -> None:
    text = printed(healthy())
    assert "\x1b" not in text
    assert "[red]acme\N{REPLACEMENT CHARACTER}[2J" in text
