"""A snapshot as tables and bars in a terminal."""

from __future__ import annotations

from rich import box
from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from status.amounts import count, dollars, seconds, span, until
from status.judgement import NEARLY_SPENT, expiring, limited, problems, spenders
from status.names import printable
from status.snapshot import Account, Snapshot

SPENDERS = 10
BUDGETS = 20
BAR = 24
"""Width of a whole budget, in characters."""


def render(snapshot: Snapshot) -> RenderableType:
    """Return everything that is worth a look, what is wrong first."""
    parts = (_verdict(snapshot), _services(snapshot), _budgets(snapshot), _unpriced(snapshot), _spenders(snapshot))
    return Group(*(part for part in (*parts, _expiring(snapshot), _traffic(snapshot)) if part is not None))


def _verdict(snapshot: Snapshot) -> RenderableType:
    found = problems(snapshot)
    moment = f"{snapshot.taken:%Y-%m-%d %H:%M:%S} UTC"
    if not found:
        return Text(f"Stack {snapshot.stack} is healthy ({moment}, {snapshot.gateway_url})", style="bold green")
    lines = [f"Stack {snapshot.stack} is not healthy ({moment}, {snapshot.gateway_url})"]
    return Text("\n".join([*lines, *(f"  ✗ {problem}" for problem in found)]), style="bold red")


def _services(snapshot: Snapshot) -> RenderableType | None:
    if not snapshot.services:
        return None
    table = _table("component", "container", "state", right=("running for", "restarts"))
    for service in snapshot.services:
        table.add_row(
            service.component,
            service.name,
            Text(service.state, style="green" if service.healthy else "bold red"),
            "-" if service.started is None else span(snapshot.taken - service.started),
            Text(str(service.restarts), style="yellow" if service.restarts else ""),
        )
    jobs = dict.fromkeys(target.job for target in snapshot.targets)
    scraped = ", ".join(f"{job} {_up(snapshot, job)}" for job in jobs)
    rest = (f"Prometheus scrapes {scraped}\n",) if scraped else ()
    return _titled("Containers", table, *rest)


def _up(snapshot: Snapshot, job: str) -> str:
    targets = [target.up for target in snapshot.targets if target.job == job]
    return f"{sum(targets)} of {len(targets)}"


def _budgets(snapshot: Snapshot) -> RenderableType | None:
    budgets = limited(snapshot)
    if not budgets:
        return None
    columns = ("of", "name", "used", "")
    table = _table(*columns, right=("spent", "limit", "resets"))
    for account in budgets[:BUDGETS]:
        used = account.used or 0
        table.add_row(
            account.kind,
            _name(account),
            Bar(1, 0, min(used, 1), width=BAR, color=_colour(used), bgcolor="grey23"),
            Text(f"{used:.0%}", style=_colour(used)),
            dollars(account.spend),
            dollars(account.limit or 0),
            until(account.resets, now=snapshot.taken),
        )
    return _titled(_headed("Budgets", len(budgets), BUDGETS), table)


def _unpriced(snapshot: Snapshot) -> RenderableType | None:
    if not snapshot.unpriced:
        return None
    names = ", ".join(map(printable, snapshot.unpriced))
    return Text(f"No budget counts requests to {names}: LiteLLM knows no price (docs/routing.md#prices)\n", "yellow")


def _spenders(snapshot: Snapshot) -> RenderableType | None:
    found = spenders(snapshot, most=SPENDERS)
    if not found:
        return None
    table = _table("", "name", "", right=("spent",))
    most = found[0].spend
    for account in found:
        bar = Bar(1, 0, account.spend / most, width=BAR, color="cyan")
        table.add_row(account.kind, _name(account), bar, dollars(account.spend))
    return _titled("Top spenders", table)


def _expiring(snapshot: Snapshot) -> RenderableType | None:
    found = expiring(snapshot)
    if not found:
        return None
    table = _table("key", right=("expires",))
    for account in found:
        gone = account.expires is not None and account.expires <= snapshot.taken
        moment = until(account.expires, now=snapshot.taken)
        table.add_row(_name(account), Text(f"expired {moment}" if gone else moment, style="red" if gone else "yellow"))
    return _titled("Keys about to expire", table)


def _traffic(snapshot: Snapshot) -> RenderableType | None:
    if not snapshot.traffic:
        return None
    table = _table("model", right=("requests", "failed", "tokens", "p95 latency"))
    for model in snapshot.traffic:
        table.add_row(
            Text(printable(model.model)),
            count(model.requests),
            Text(count(model.failures), style="yellow" if model.failures else ""),
            count(model.tokens),
            seconds(model.latency),
        )
    return _titled("Last hour", table)


def _titled(title: str, *parts: RenderableType) -> RenderableType:
    # A title of the table's own would wrap at the width of a narrow table.
    return Group(Text(title, style="bold"), *parts)


def _table(*columns: str, right: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        # The last word of a long name tells it from the next one: it wraps, and is not cut.
        table.add_column(column, overflow="fold")
    for column in right:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _headed(title: str, number: int, shown: int) -> str:
    return title if number <= shown else f"{title} (the {shown} used most, of {number})"


def _name(account: Account) -> Text:
    return Text(printable(f"{account.name} (blocked)" if account.blocked else account.name))


def _colour(used: float) -> str:
    return "red" if used >= 1 else "yellow" if used >= NEARLY_SPENT else "green"
