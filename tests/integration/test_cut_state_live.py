"""A run that was killed while Pulumi wrote its state, as the Pulumi CLI meets it."""

from __future__ import annotations

from pathlib import Path

from tests.integration.pulumi_program import PulumiProgram


def test_a_state_whose_attributes_were_cut_off_is_read_again(tmp_path: Path) -> None:
    program = PulumiProgram(tmp_path, "import pulumi; pulumi.export('answer', 42)", {}, {})
    program.run("up", "--yes", "--skip-preview")
    (attributes,) = (tmp_path / "state" / ".pulumi" / "stacks").rglob("test.json.attrs")
    attributes.write_bytes(b"")
    assert "EOF" in program.run("stack", "export", fails=True)
    program.recover()
    assert program.run("stack", "output", "answer").strip() == "42"
    program.run("up", "--yes", "--skip-preview", "--expect-no-changes")
