"""model.config: what a person writes becomes exactly one configuration, or one clear error."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml

from bot.config import BotConfig
from model.config import SECTIONS, ModelConfig, read_section, read_settings
from model.errors import ConfigError
from train.config import TrainConfig

CONFIGURATIONS = {"bot": BotConfig, "model": ModelConfig, "train": TrainConfig}


@dataclass(frozen=True)
class Inner:
    mode: Literal["off", "reply", "quiet"] = "off"
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outer:
    """One option of every kind that a configuration may hold."""

    count: int = 3
    share: float = 0.5
    enabled: bool = True
    title: str = "stars"
    limit: int | None = None
    inner: Inner = field(default_factory=Inner)


def outer(**values: Any) -> Outer:
    return read_section({"model": values}, "model", Outer)


def plain(value: object) -> object:
    """What YAML makes of a dataclass: mappings, lists and scalars."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return list(value) if isinstance(value, tuple) else value


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start in an empty directory: config.yaml of the working directory would be read."""
    monkeypatch.chdir(tmp_path)


# --- the file of the repository


def test_every_section_has_a_configuration() -> None:
    assert set(CONFIGURATIONS) == set(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS)
def test_config_yaml_names_every_option_with_its_default(repository: Path, section: str) -> None:
    content = yaml.safe_load((repository / "config.yaml").read_text(encoding="utf-8"))
    assert content[section] == plain(CONFIGURATIONS[section]())


@pytest.mark.parametrize("section", SECTIONS)
def test_config_yaml_reads_as_the_defaults(repository: Path, section: str) -> None:
    settings = read_settings(repository / "config.yaml")
    kind = CONFIGURATIONS[section]
    assert read_section(settings, section, kind) == kind()


def test_every_option_of_config_yaml_is_explained(repository: Path) -> None:
    """A comment stands above each key, or above the key right before it (a pair)."""
    lines = (repository / "config.yaml").read_text(encoding="utf-8").splitlines()
    explained = [line.strip().startswith("#") for line in lines]
    for number, line in enumerate(lines):
        is_option = line.startswith("  ") and not explained[number]
        if is_option:
            assert explained[number - 1] or explained[number - 2], f"no comment above {line!r}"


# --- what a file may hold


def test_what_a_section_leaves_out_keeps_its_default() -> None:
    assert outer() == Outer()
    assert outer(inner={"names": ["sea"]}) == Outer(inner=Inner(names=("sea",)))


def test_a_section_may_be_empty_or_missing(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("model:\n")
    assert read_section(read_settings(file), "model", Outer) == Outer()
    assert read_section(read_settings(file), "train", Outer) == Outer()


def test_an_empty_file_is_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("# nothing yet\n")
    assert read_settings(file) == {}


def test_without_a_file_the_defaults_hold() -> None:
    assert read_settings(None) == {}


def test_config_yaml_of_the_working_directory_is_read() -> None:
    Path("config.yaml").write_text("model: {count: 7}\n")
    assert read_section(read_settings(None), "model", Outer).count == 7


@pytest.mark.parametrize("word", ["off", '"off"'])
def test_off_is_a_word_with_and_without_quotes(tmp_path: Path, word: str) -> None:
    """YAML reads an unquoted off as False; as a choice it is the word."""
    file = tmp_path / "config.yaml"
    file.write_text(f"model: {{inner: {{mode: {word}}}}}\n")
    assert read_section(read_settings(file), "model", Outer).inner.mode == "off"


def test_a_whole_number_serves_as_a_float() -> None:
    share = outer(share=1).share
    assert share == 1.0
    assert isinstance(share, float)


def test_an_optional_value_may_be_null() -> None:
    assert outer(limit=None).limit is None
    assert outer(limit=4).limit == 4


# --- what a file may not hold


def test_an_unknown_key_is_refused_by_name_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match=r"model has no key 'cuont'. Did you mean count\?"):
        outer(cuont=3)


def test_an_unknown_key_below_is_refused_with_its_path() -> None:
    with pytest.raises(ConfigError, match=r"model\.inner has no key 'mod'. Did you mean mode\?"):
        outer(inner={"mod": "off"})


def test_a_key_like_no_other_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'zzz'. Known: count, share, enabled, title"):
        outer(zzz=1)


def test_an_unknown_section_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("trian: {seed: 1}\n")
    with pytest.raises(ConfigError, match=r"no key 'trian'. Did you mean train\?"):
        read_settings(file)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": "many"}, r"model\.count must be of type int. Received: 'many'"),
        ({"count": 2.5}, r"model\.count must be of type int"),
        ({"count": True}, r"model\.count must be of type int"),
        ({"count": None}, r"model\.count must be of type int"),
        ({"share": "half"}, r"model\.share must be of type float"),
        ({"share": True}, r"model\.share must be of type float"),
        ({"share": float("nan")}, r"model\.share must be a finite number"),
        ({"share": float("inf")}, r"model\.share must be a finite number"),
        ({"enabled": 1}, r"model\.enabled must be of type bool"),
        ({"title": 2024}, r"model\.title must be of type str"),
        ({"limit": "x"}, r"model\.limit must be of type int"),
        ({"inner": 3}, r"model\.inner must hold keys. Received: 3"),
        ({"inner": {"mode": "loud"}}, r"model\.inner\.mode must be one of off, reply, quiet"),
        ({"inner": {"mode": True}}, r"model\.inner\.mode must be one of off, reply, quiet"),
        ({"inner": {"mode": ["off"]}}, r"model\.inner\.mode must be one of off, reply, quiet"),
        ({"inner": {"names": "sea"}}, r"model\.inner\.names must be a list. Received: 'sea'"),
        ({"inner": {"names": ["a", 1]}}, r"model\.inner\.names\[1\] must be of type str"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_its_path(
    values: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        outer(**values)


@pytest.mark.parametrize("content", ["[1, 2]", "5", "model: [1]", "model: []", "model: 0"])
def test_a_file_without_sections_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(content)
    with pytest.raises(ConfigError, match="must hold"):
        read_section(read_settings(file), "model", Outer)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml cannot be read: No such file"):
        read_settings(tmp_path / "nowhere.yaml")


def test_a_directory_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_settings(tmp_path)


@pytest.mark.parametrize("content", [b"model: {count: 1", b"model:\n\tcount: 1", b"\xff\xfe\x00"])
def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"config\.yaml is not valid YAML"):
        read_settings(file)


# --- --set


def test_set_reaches_a_nested_key() -> None:
    settings = read_settings(None, ["model.inner.mode=quiet", "model.count=9"])
    assert read_section(settings, "model", Outer) == Outer(count=9, inner=Inner(mode="quiet"))


def test_set_lies_over_the_file_and_the_last_one_wins(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("model: {count: 1, title: sea}\n")
    settings = read_settings(file, ["model.count=2", "model.count=3"])
    assert read_section(settings, "model", Outer) == Outer(count=3, title="sea")


def test_set_reaches_below_a_section_that_the_file_left_empty(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("model:\n")
    settings = read_settings(file, ["model.inner.mode=reply"])
    assert read_section(settings, "model", Outer).inner.mode == "reply"


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("model.title=night sky", Outer(title="night sky")),
        ("model.title=a=b", Outer(title="a=b")),
        ("model.title=", Outer(title="")),
        ("model.title='2024'", Outer(title="2024")),
        ("model.enabled=false", Outer(enabled=False)),
        ("model.limit=null", Outer(limit=None)),
        ("model.share=1e-3", Outer(share=0.001)),
        ("model.inner.mode=off", Outer(inner=Inner(mode="off"))),
        ("model.inner.names=[海, sea]", Outer(inner=Inner(names=("海", "sea")))),
    ],
)
def test_set_reads_a_value_as_a_person_means_it(assignment: str, expected: Outer) -> None:
    assert read_section(read_settings(None, [assignment]), "model", Outer) == expected


@pytest.mark.parametrize(
    "assignment", ["model.count", "count=3", "=3", "model.=3", ".count=3", "model..count=3"]
)
def test_set_that_is_no_assignment_is_refused_with_an_example(assignment: str) -> None:
    with pytest.raises(ConfigError, match=r"Expected: --set SECTION\.KEY=VALUE"):
        read_settings(None, [assignment])


def test_set_below_a_value_is_refused() -> None:
    with pytest.raises(ConfigError, match="title is a value, it has no keys below"):
        read_settings(None, ["model.title=sea", "model.title.colour=blue"])


def test_set_whose_value_is_no_yaml_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"--set model\.inner\.names=\["):
        read_settings(None, ["model.inner.names=[a"])


def test_set_of_an_unknown_section_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no key 'modle'. Did you mean model\?"):
        read_settings(None, ["modle.count=3"])


def test_set_of_an_unknown_key_is_refused_by_name() -> None:
    settings = read_settings(None, ["train.encoder.epoch=3"])
    with pytest.raises(ConfigError, match=r"train\.encoder has no key 'epoch'"):
        read_section(settings, "train", TrainConfig)


@pytest.mark.parametrize(("size", "width"), [(100, 196), (112, 200), (1000, 4)])
@pytest.mark.parametrize(
    "method", ["autoencoder", "vae", "vae_gan", "clustering", "contrastive", "hinted"]
)
def test_sizes_from_which_nothing_can_be_drawn_are_refused_in_words(method, size, width):
    assignments = [f"train.encoder.{key}={value}" for key, value in
                   (("kind", method), ("image_size_px", size), ("width", width))]  # fmt: skip
    with pytest.raises(ConfigError, match=rf"No {method} can.*multiple of 16.*112 and 196"):
        read_section(read_settings(None, assignments), "train", TrainConfig)


@pytest.mark.parametrize("free", ["kind=supervised", "restoration=0"])
def test_a_method_that_draws_nothing_may_have_any_width(free):
    assignments = ["kind=contrastive", free, "width=200"]
    settings = read_settings(None, [f"train.encoder.{one}" for one in assignments])
    assert read_section(settings, "train", TrainConfig).encoder.width == 200


@pytest.mark.parametrize(
    ("section", "kind", "assignment"),
    [
        ("train", TrainConfig, "train.encoder.image_size_px=0"),
        ("train", TrainConfig, "train.encoder.width=255"),
        ("train", TrainConfig, "train.validation=7"),
        ("train", TrainConfig, "train.jobs=-9"),
        ("train", TrainConfig, "train.bundle.background=0"),
        ("model", ModelConfig, "model.threads=-1"),
    ],
)
def test_a_number_out_of_its_range_is_refused_by_name(section, kind, assignment):
    key = assignment.partition("=")[0]
    with pytest.raises(ConfigError, match=f"{key} must be between"):
        read_section(read_settings(None, [assignment]), section, kind)
