"""u06: what a stack declares and a backup holds is found before a restore, and one message says what to write."""

from __future__ import annotations

import json

import pytest

from backup.collisions import GROUP_KEY, KEY, OWNER, Declared, collisions, explained, parse
from litellm_admin.keys import derive_key, key_hash
from litellm_admin.resources.provisioner import ProvisionerArgs

SEEDS = ["first seed", "second seed"]
THEIRS = key_hash("sk-the-value-that-users-have")


def derived(alias: str, *, seed: str = SEEDS[0], rotation: int = 1) -> str:
    return key_hash(derive_key(seed, name=f"virtual/{alias}", rotation=rotation))


def printed(keys: dict[str, str] | None = None, **tables: str) -> str:
    """Return what pg_restore prints of these keys and rows of other tables."""
    rows = "".join(f"{token}\tsk-...\t{alias}\n" for alias, token in (keys or {}).items())
    copies = [
        f'COPY public."LiteLLM_VerificationToken" (token, key_name, key_alias) FROM stdin;\n{rows}\\.\n',
        *tables.values(),
    ]
    return "--\n-- PostgreSQL database dump\n--\nSET row_security = off;\n\n" + "\n\n".join(copies) + "\n\n-- done\n"


def names(declared: list[Declared], text: str) -> list[str]:
    return [each.path for each in collisions(declared, parse(text), seeds=SEEDS)]


def key(alias: str, *, adopt: bool = False, path: str = "") -> Declared:
    return Declared(kind=KEY, id=alias, path=path or f"keys.{alias}", adopt=adopt)


def test_u06_keys_that_have_another_owners_values_are_found_all_at_once() -> None:
    declared = [key("lab"), key("desk", path="teams.support.keys.desk"), key("new"), key("known", adopt=True)]
    text = printed({"lab": THEIRS, "desk": THEIRS, "known": THEIRS, "undeclared": THEIRS})
    assert names(declared, text) == ["keys.lab", "teams.support.keys.desk"]


@pytest.mark.parametrize(("seed", "rotation"), [(SEEDS[0], 1), (SEEDS[0], 4), (SEEDS[1], 2)])
def test_u06_a_backup_of_the_stack_itself_collides_with_nothing(seed: str, rotation: int) -> None:
    assert names([key("lab")], printed({"lab": derived("lab", seed=seed, rotation=rotation)})) == []


def test_u06_the_keys_of_a_group_are_compared_too() -> None:
    ada = Declared(kind=GROUP_KEY, id="ada", path="keyGroups.course.keys.ada", group="course")
    seed = derive_key(SEEDS[0], name="key-group/course", rotation=1)
    assert names([ada], printed({"ada": key_hash(derive_key(seed, name="ada", rotation=2))})) == []
    assert names([ada], printed({"ada": THEIRS})) == ["keyGroups.course.keys.ada"]


def test_u06_other_objects_are_another_owners_if_no_stack_created_them() -> None:
    marked = json.dumps({"managed_by": OWNER})
    text = printed(
        teams='COPY public."LiteLLM_TeamTable" (team_id, team_alias, metadata) FROM stdin;\n'
        f"by-stack\t\\N\t{marked}\nby-hand\t\\N\t{{}}\n\\.",
        users='COPY public."LiteLLM_UserTable" (user_id, metadata) FROM stdin;\nby-hand\t\\N\n\\.',
        budgets='COPY public."LiteLLM_BudgetTable" (budget_id, created_by) FROM stdin;\n'
        f"by-stack\t{OWNER}\nby-hand\tdefault_user_id\n\\.",
        credentials='COPY public."LiteLLM_CredentialsTable" (credential_name, credential_info) FROM stdin;\n'
        f"by-stack\t{marked}\nby-hand\t\\N\n\\.",
    )
    declared = [
        Declared(kind=kind, id=id_, path=f"{kind}s.{id_}")
        for kind in ("team", "user", "budget", "credential")
        for id_ in ("by-stack", "by-hand", "new")
    ]
    assert names(declared, text) == ["teams.by-hand", "users.by-hand", "budgets.by-hand", "credentials.by-hand"]


def test_the_owner_is_the_login_that_every_stack_creates_objects_with() -> None:
    assert ProvisionerArgs(url="u", master_key="m", key="k").user_id == OWNER


@pytest.mark.parametrize("alias", ["a\tb", "back\\slash", "line\nfeed", "\\N"])
def test_rows_are_read_as_postgres_writes_them(alias: str) -> None:
    escaped = alias.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    assert names([key(alias)], printed({escaped: THEIRS})) == [f"keys.{alias}"]


def test_a_dump_without_rows_collides_with_nothing() -> None:
    assert names([key("lab")], "") == []


def test_u06_one_message_says_what_to_write_for_each() -> None:
    found = [key("lab"), Declared(kind=GROUP_KEY, id="ada", path="keyGroups.course.keys.ada", group="course")]
    text = explained(found, stack="nova2", section="litellm-stack:access")
    assert "Pulumi.nova2.yaml, below litellm-stack:access" in text
    assert "    keys.lab: adopt: true\n" in text
    assert "keyGroups.course.keys.ada: a key of a group cannot be adopted" in text
