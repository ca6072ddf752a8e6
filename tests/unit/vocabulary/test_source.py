"""What is read from source: names that are declared, taken, compared with and read; nothing of it is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vocabulary import prices
from vocabulary.source import Source, UnexpectedSourceError
from vocabulary.wheel import version_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "types.py").write_text(
        "raise SystemExit('this must not run')\n"
        "drop_params: bool = False\nMAXIMUM = 1\n_hidden = 2\nplain = []\n"
        "Strategy = Literal['first', 'second']\n"
        "class Base:\n    inherited: int\n"
        "class Params(Base):\n    rpm: int | None = None\n    LIMIT: ClassVar[int] = 3\n    _private: int\n"
        "class Kind(Enum):\n    ONE = 'one'\n    TWO = 'two'\n"
    )
    (tmp_path / "server.py").write_text(
        "class Router:\n    def __init__(self, model_list, *, num_retries=None): ...\n"
        "class Config:\n"
        "    def load(self):\n"
        "        for key, value in section.items():\n"
        "            if key == 'cache' and value: ...\n"
        "            elif key in {'s3_params', 'sqs_params'}: ...\n"
        "def other():\n"
        "    key == 'unrelated'\n"
        "    general_settings.get('alerting', None)\n"
        "    (config.get('general_settings') or {}).get('through_or')\n"
        "    self.general_settings['by_index']\n"
        "    if 'asked_for' in general_settings: ...\n"
        "    elsewhere.get('not_a_setting')\n"
        "    getattr(litellm, 'by_attribute', None)\n"
        "    if n > litellm.CHUNK_LIMIT and litellm.Router and litellm.API_VERSION: ...\n"
        "    general_settings.get(BY_CONSTANT)\n"
        "    general_settings.get('by_default', False) or general_settings.get('by_comparison') is True\n"
    )
    (tmp_path / "__init__.py").write_text(
        "from .constants import CHUNK_LIMIT, UNREAD\n"
        "API_VERSION = '1'\n_BY_CONSTANT: Final = 'by_constant'\n"
        "set_verbose = False\nmodify = bool(os.getenv('MODIFY'))\nretries = 3\nlabel: Optional[bool] = None\n"
    )
    return Source(tmp_path)


def test_names_are_read_as_they_are_declared_taken_and_asked_for(source: Source) -> None:
    assert source.fields("types.py", "Params") == {"rpm"}
    assert source.fields_below("types.py") == {"inherited", "rpm"}
    assert source.assigned("types.py") == {"drop_params", "plain"}
    assert source.words("types.py", "Strategy") == {"first", "second"}
    assert source.values("types.py", "Kind") == {"one", "two"}
    assert source.parameters("server.py", "Router.__init__") == {"model_list", "num_retries"}
    assert source.compared("server.py", "key", function="Config.load") == {"cache", "s3_params", "sqs_params"}
    read = {"alerting", "through_or", "by_index", "asked_for", "by_default", "by_comparison", "by_constant"}
    assert source.read_of("general_settings") == read
    assert source.attributes_of("litellm") == {"by_attribute"}


def test_c53_what_a_module_imports_and_others_read_of_it_is_a_setting_too(source: Source) -> None:
    assert source.constants_read("__init__.py", "litellm") == {"CHUNK_LIMIT", "API_VERSION"}


def test_c16_types_are_read_as_they_are_annotated_assigned_and_compared(source: Source) -> None:
    assert source.types("types.py", "Params") == {"rpm": {"int | None"}}
    assert source.types("server.py", "Router.__init__") == {}
    assert source.types_below("types.py", suffix="arams") == {"rpm": {"int | None"}}
    assert source.types_assigned("__init__.py") == {
        "API_VERSION": {""},
        "set_verbose": {"bool"},
        "modify": {"bool"},
        "retries": {""},
        "label": {"Optional[bool]"},
    }
    assert source.flags_of("general_settings") == {"by_default", "by_comparison"}
    assert source.flags_compared("server.py", "key", "value", function="Config.load") == set()


def test_c16_a_flag_is_compared_next_to_its_name(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("def load():\n    if key == 'cache' and value is True: ...\n")
    assert Source(tmp_path).flags_compared("server.py", "key", "value", function="load") == {"cache"}


def test_a_source_that_looks_otherwise_is_an_error_and_not_a_shorter_list(source: Source) -> None:
    with pytest.raises(UnexpectedSourceError, match=r"Gone not found in types\.py"):
        source.fields("types.py", "Params", "Gone")
    with pytest.raises(UnexpectedSourceError, match=r"Router\.gone not found"):
        source.parameters("server.py", "Router.gone")
    with pytest.raises(UnexpectedSourceError, match=r"gone\.py not found"):
        source.assigned("gone.py")


def test_the_committed_names_are_those_of_the_pinned_version() -> None:
    images = json.loads((ROOT / "config/images.json").read_text(encoding="utf-8"))
    names = json.loads((ROOT / "config/litellm_names.json").read_text(encoding="utf-8"))
    assert names["litellm"] == version_of(images["litellm"]), "run `make names`"
    assert names == json.loads(json.dumps(names, sort_keys=True))
    assert all(
        words == sorted(set(words)) for part in ("sections", "booleans", "choices") for words in names[part].values()
    )


def test_the_committed_prices_are_those_of_the_pinned_version() -> None:
    images = json.loads((ROOT / "config/images.json").read_text(encoding="utf-8"))
    known = json.loads((ROOT / "config/litellm_prices.json").read_text(encoding="utf-8"))
    assert known["litellm"] == version_of(images["litellm"]), "run `make names`"


def test_prices_are_told_from_entries_without_one(tmp_path: Path) -> None:
    entries = {
        "acme": {"litellm_provider": "openai", "input_cost_per_token": 0.1},
        "tiered": {"litellm_provider": "openai", "tiered_pricing": []},
        "free": {"litellm_provider": "acme", "output_cost_per_token": 0},
        "unknown": {"litellm_provider": "acme", "max_tokens": 3, "input_cost_per_token": None},
        "sample_spec": {"litellm_provider": "openai", "input_cost_per_token": 0},
    }
    (tmp_path / prices.COST_MAP).write_text(json.dumps(entries))
    (tmp_path / "types").mkdir()
    (tmp_path / "types/utils.py").write_text("class LlmProviders(Enum):\n    OPENAI = 'openai'\n")
    (tmp_path / "llms/openai_like").mkdir(parents=True)
    (tmp_path / "llms/openai_like/providers.json").write_text('{"acme": {}}')
    assert json.loads(prices.document(Source(tmp_path), "1.2.3")) == {
        "litellm": "1.2.3",
        "providers": ["acme", "openai"],
        "priced": {"acme": ["free"], "openai": ["acme", "tiered"]},
        "unpriced": {"acme": ["unknown"]},
    }


def test_an_image_without_a_version_is_refused() -> None:
    assert version_of("ghcr.io/berriai/litellm-non_root:v1.106.2@sha256:0") == "1.106.2"
    with pytest.raises(ValueError, match="no version"):
        version_of("ghcr.io/berriai/litellm:main-stable")
