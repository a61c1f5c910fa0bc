"""``config.yaml`` → frozen dataclasses that refuse unknown keys by name.

Each package owns the dataclass of its own section (``bot``, ``model``, ``train``); a program reads
the sections that it uses and leaves the others alone. ``--set KEY=VALUE`` reaches any key by its
dotted path.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml

from model.errors import ConfigError
from model.image import ImageLimits, MiB

SECTIONS = ("bot", "model", "train")
DEFAULT_FILE = Path("config.yaml")
T = TypeVar("T")


@dataclass(frozen=True)
class ModelConfig:
    """The section ``model``.

    Attributes:
        bundle: Directory of the bundle to serve; empty: the starter bundle.
        max_image_mib: Larger files are refused before decoding.
        max_image_pixels: Larger images are refused before decoding.
        threads: Threads for inference; 0: one for each core.
    """

    bundle: str = ""
    max_image_mib: int = 25
    max_image_pixels: int = 50_000_000
    threads: int = 0

    def __post_init__(self) -> None:
        check_range("model.max_image_mib", self.max_image_mib, 1, 1024)
        check_range("model.max_image_pixels", self.max_image_pixels, 1, 1_000_000_000)
        check_range("model.threads", self.threads, 0, 1024)

    @property
    def limits(self) -> ImageLimits:
        """The same limits as ``model.image`` takes them."""
        return ImageLimits(self.max_image_mib * MiB, self.max_image_pixels)


def read_settings(file: Path | None, assignments: Sequence[str] = ()) -> dict[str, Any]:
    """Read a configuration file and lay ``KEY=VALUE`` assignments over it.

    Args:
        file: The file; None: ``config.yaml`` of the working directory where there is one.
        assignments: For example ``["bot.http.port=9000"]``; a value is read as YAML.

    Raises:
        ConfigError: If the file is missing or no YAML, an assignment is none, or a section does
            not exist.
    """
    settings = _read_yaml(file)
    for assignment in assignments:
        _assign(settings, assignment)
    for section in settings:
        if section not in SECTIONS:
            raise ConfigError(_unknown(str(section), SECTIONS, "the configuration"))
    return settings


def read_section(settings: Mapping[str, Any], section: str, kind: type[T]) -> T:
    """Turn one section of ``read_settings`` into its dataclass.

    Raises:
        ConfigError: If a key is unknown or a value is of the wrong kind; the message names it.
    """
    values = settings.get(section)
    return _build(kind, {} if values is None else values, section)


def check_range(key: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside ``low`` to ``high``.

    Raises:
        ConfigError: Naming the key and the limits.
    """
    if not low <= value <= high:
        raise ConfigError(f"{key} must be between {low:g} and {high:g}. Received: {value:g}")


def _read_yaml(file: Path | None) -> dict[str, Any]:
    if file is None:
        if not DEFAULT_FILE.exists():
            return {}
        file = DEFAULT_FILE
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"The configuration file {file} cannot be read: {error.strerror}. "
            "Check --config, or copy config.yaml of the repository there."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"The configuration file {file} is not valid YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError(f"The configuration file {file} must hold the sections {SECTIONS}.")
    return content


def _assign(settings: dict[str, Any], assignment: str) -> None:
    """Lay one ``KEY=VALUE`` over the settings."""
    key, equals, text = assignment.partition("=")
    *path, last = key.strip().split(".")
    if not (equals and path and all([*path, last])):
        raise ConfigError(
            f"--set {assignment} was not understood. Expected: --set SECTION.KEY=VALUE, "
            "for example --set bot.http.port=9000."
        )
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(
            f"--set {assignment}: the value is not valid YAML. Put it in quotes: {key}='\"…\"'"
        ) from error
    place = settings
    for part in path:
        if place.get(part) is None:  # missing, or left empty in the file
            place[part] = {}
        place = place[part]
        if not isinstance(place, dict):
            raise ConfigError(f"--set {assignment}: {part} is a value, it has no keys below.")
    place[last] = value


def _build(kind: type[T], values: object, path: str) -> T:
    if not isinstance(values, Mapping):
        raise ConfigError(f"{path} must hold keys. Received: {values!r}")
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    for key in values:
        if key not in names:
            raise ConfigError(_unknown(str(key), names, path))
    return kind(**{key: _value(hints[key], values[key], f"{path}.{key}") for key in values})


def _value(kind: Any, value: object, path: str) -> object:  # noqa: ANN401 - a type form
    if dataclasses.is_dataclass(kind):
        return _build(typing.cast("type[Any]", kind), value, path)
    origin = typing.get_origin(kind)
    if origin is typing.Literal:
        choices = typing.get_args(kind)
        # YAML reads an unquoted off as False; here it is the word.
        value = {False: "off", True: "on"}.get(value, value) if isinstance(value, bool) else value
        if value not in choices:
            raise ConfigError(f"{path} must be one of {', '.join(choices)}. Received: {value!r}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{path} must be a list. Received: {value!r}")
        item = typing.get_args(kind)[0]
        return tuple(_value(item, one, f"{path}[{i}]") for i, one in enumerate(value))
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        kind = next(one for one in typing.get_args(kind) if one is not type(None))
    return _scalar(kind, value, path)


def _scalar(kind: type, value: object, path: str) -> object:
    if kind is float:
        return _number(value, path)
    if kind is str and value is None:
        return ""  # nothing after the colon, or after --set's "="
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{path} must be of type {kind.__name__}. Received: {value!r}")
    return value


def _number(value: object, path: str) -> float:
    """A float; YAML reads 1e-3 (without a point) as a word, here it is a number."""
    try:
        number = float("" if isinstance(value, bool) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ConfigError(f"{path} must be of type float. Received: {value!r}") from None
    if not math.isfinite(number):
        raise ConfigError(f"{path} must be a finite number. Received: {value!r}")
    return number


def _unknown(key: str, known: Sequence[str], place: str) -> str:
    near = get_close_matches(key, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
    return f"{place} has no key {key!r}. {hint}"
