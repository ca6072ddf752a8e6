"""The deployment that the stack is compared with."""

import re

import yaml

from config.settings import default_images
from tests.bench import compose
from tests.bench.table import Figures, Target

FILE = compose.FILES / "docker-compose.yaml"


def test_it_runs_the_stacks_images() -> None:
    services = yaml.safe_load(FILE.read_text())["services"]

    assert {service["image"] for service in services.values()} <= {
        f"${{{name.upper()}_IMAGE}}" for name in default_images()
    }


def test_every_variable_is_given() -> None:
    asked = set(re.findall(r"\$\{(\w+)\}", FILE.read_text()))

    assert asked <= set(compose.variables(master_key="sk-1", port=4000))


def test_a_target_is_judged_by_the_median() -> None:
    rows = {"seconds": {"ratio": Figures.of([0.5, 0.79, 2.0]), "other": Figures.of([0.5, 0.81, 0.9])}}

    met, missed = (Target(row=row, column="seconds", at_most=0.8).verdict(rows) for row in ("ratio", "other"))

    assert met == "target: ratio, seconds, at most 0.8: met (median 0.79)"
    assert missed == "target: other, seconds, at most 0.8: NOT met (median 0.81)"
