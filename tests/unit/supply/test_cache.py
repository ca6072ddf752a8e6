"""What is built once stays built, and what was left half done is never taken for done."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from supply.cache import build_in_place, build_once, files_below, recipe_key
from supply.console import Step


def test_builds_once(tmp_path: Path) -> None:
    step, built = Step("x"), []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "file").write_text("content")

    target = tmp_path / "cache" / "key"
    assert build_once(target, build, step=step) == target
    assert step.outcome == "built"
    build_once(target, build, step=step)
    assert step.outcome == "cached"
    assert len(built) == 1
    assert (target / "file").read_text() == "content"


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "half").write_text("")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        build_once(tmp_path / "key", build, step=Step("x"))
    assert [file.name for file in tmp_path.iterdir()] == ["key.lock"]


def test_two_at_once_build_once(tmp_path: Path) -> None:
    built, both = [], threading.Barrier(2)

    def build(folder: Path) -> None:
        built.append(folder)
        time.sleep(0.2)

    def run(_: int) -> str:
        both.wait()
        step = Step("x")
        build_once(tmp_path / "key", build, step=step)
        return step.outcome

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == ["built", "cached"] or len(built) == 1
    assert len(built) == 1


def test_in_place_a_half_done_folder_is_made_anew(tmp_path: Path) -> None:
    target = tmp_path / "key"
    target.mkdir()
    (target / "left over").write_text("")

    def build(folder: Path) -> None:
        folder.mkdir()

    step = Step("x")
    build_in_place(target, build, step=step)
    assert step.outcome == "built"
    assert [file.name for file in target.iterdir()] == [".complete"]
    build_in_place(target, build, step=step)
    assert step.outcome == "cached"


def test_the_key_follows_content_name_mode_and_facts(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    keys = [recipe_key([file], root=tmp_path)]
    keys.append(recipe_key([file], root=tmp_path, facts=["v2"]))
    file.write_text("2")
    keys.append(recipe_key([file], root=tmp_path))
    file.chmod(0o755)
    keys.append(recipe_key([file], root=tmp_path))
    file.rename(tmp_path / "b")
    keys.append(recipe_key([tmp_path / "b"], root=tmp_path))
    assert len(set(keys)) == len(keys)


def test_the_key_does_not_follow_the_place(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "file").write_text("same")
        (folder / "__pycache__").mkdir()
        (folder / "__pycache__" / f"{name}.pyc").write_text(name)
        keys.add(recipe_key(files_below(folder), root=folder))
    assert len(keys) == 1
