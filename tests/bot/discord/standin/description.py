"""Discord's own description of its API, and how a value is held against it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = dict[str, Any]

# Keys that the library always sends, Discord takes, and the description of requests lacks: flags
# of embeds, whether an edit is read aloud, whether a command is for age-restricted channels only,
# and everything about an attachment that is to stay.
FORGOTTEN = re.compile(
    r"(.+\.)?embeds\.\d+\.flags|(.+\.)?tts|(\d+\.)?nsfw"
    r"|(.+\.)?attachments\.\d+\.(content_type|duration_secs|ephemeral|flags|height|proxy_url|size"
    r"|spoiler|url|waveform|width)"
)

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@formats.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)


@formats.checks("snowflake")
def _is_snowflake(value: object) -> bool:
    return not isinstance(value, str) or (value.isdigit() and int(value) < 1 << 64)


@formats.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(1 << 31) <= value < 1 << 31


class Description:
    """Discord's description, with validators that are made once for each schema.

    Args:
        document: The OpenAPI document.
    """

    def __init__(self, document: Json) -> None:
        self.document = document
        resource = Resource(contents=document, specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:discord", resource)
        self._validators: dict[int, Any] = {}
        unions = {"oneOf": self._one_of, "anyOf": self._any_of}
        self._kind = validators.extend(Draft202012Validator, unions)

    def operation(self, method: str, template: str) -> Json | None:
        path = self.document["paths"].get(template, {})
        return path.get(method.lower())

    def parameters(self, method: str, template: str) -> dict[tuple[str, str], Json]:
        """By place (path, query, header) and name."""
        path = self.document["paths"][template]
        listed = [*path.get("parameters", []), *path[method.lower()].get("parameters", [])]
        return {(one["in"], one["name"]): one for one in listed}

    def errors(self, schema: Json, value: Any) -> list[str]:
        """What is wrong with a value, unknown keys included."""
        found = [_sentence(one) for one in self._validator(schema).iter_errors(value)]
        return found or [f"{path}: not in the description" for path in self.unknown(schema, value)]

    def _validator(self, schema: Json) -> Any:
        # By identity: every schema is a part of the document, which stays.
        key = id(schema)
        if key not in self._validators:
            self._validators[key] = self._kind(
                _absolute(schema), registry=self._registry, format_checker=formats
            )
        return self._validators[key]

    def _one_of(self, validator: Any, variants: list[Json], value: Any, schema: Json) -> Any:
        fitting = self._candidates(variants, value)
        return Draft202012Validator.VALIDATORS["oneOf"](validator, fitting, value, schema)

    def _any_of(self, validator: Any, variants: list[Json], value: Any, schema: Json) -> Any:
        fitting = self._candidates(variants, value)
        return Draft202012Validator.VALIDATORS["anyOf"](validator, fitting, value, schema)

    def _candidates(self, variants: list[Json], value: Any) -> list[Json]:
        """Those of a union that say the value's ``type``: the others need no look.

        Why: a button is one of eight things, and trying all costs most of the time of a check.
        """
        if value is None or not isinstance(value, dict):
            return variants
        kept = [one for one in variants if one.get("type") != "null"]
        kind = value.get("type")
        if isinstance(kind, int):
            said = [one for one in kept if kind in self._kinds(one)]
            kept = said or kept
        return kept

    def _kinds(self, schema: Json) -> list[int]:
        if "$ref" not in schema:
            return []
        properties = self._resolve(schema["$ref"]).get("properties", {})
        return properties.get("type", {}).get("enum", [])

    def unknown(self, schema: Json, value: Any, path: str = "") -> Iterator[str]:
        """The keys of a valid value that no fitting schema names."""
        variants = list(self._variants(schema, value))
        if isinstance(value, list):
            items = next((one["items"] for one in variants if "items" in one), None)
            for number, each in enumerate(value if items else []):
                yield from self.unknown(items, each, f"{path}.{number}")
        elif isinstance(value, dict):
            named: Json = {}
            for one in variants:
                named |= one.get("properties", {})
            if not named or any("additionalProperties" in one for one in variants):
                return
            for key, each in value.items():
                if key in named:
                    yield from self.unknown(named[key], each, f"{path}.{key}")
                elif not FORGOTTEN.fullmatch(f"{path}.{key}".lstrip(".")):
                    yield f"{path}.{key}".lstrip(".")

    def _variants(self, schema: Json, value: Any) -> Iterator[Json]:
        """A schema without references, and of its alternatives those that fit."""
        if "$ref" in schema:
            yield from self._variants(self._resolve(schema["$ref"]), value)
            return
        yield schema
        for part in schema.get("allOf", []):
            yield from self._variants(part, value)
        union = [*schema.get("oneOf", []), *schema.get("anyOf", [])]
        parts = self._candidates(union, value)
        for part in parts:
            if len(parts) == 1 or self._validator(part).is_valid(value):
                yield from self._variants(part, value)

    def _resolve(self, reference: str) -> Json:
        return self.document["components"]["schemas"][reference.rpartition("/")[2]]


def _absolute(schema: Any) -> Any:
    """The schema with references that hold outside the document too."""
    if isinstance(schema, dict):
        return {
            key: f"urn:discord{value}" if key == "$ref" else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(one) for one in schema] if isinstance(schema, list) else schema


def plainer(schema: Any) -> Any:
    """The same with enumerations as such: written as unions of constants they are slow to check."""
    if isinstance(schema, list):
        return [plainer(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    union = schema.get("oneOf")
    if isinstance(union, list) and all("const" in one for one in union):
        schema = {key: schema[key] for key in schema if key != "oneOf"}
        schema["enum"] = [one["const"] for one in union]
    return {key: plainer(value) for key, value in schema.items()}


def _sentence(error: ValidationError) -> str:
    """The innermost reason: a union by itself only says that nothing fitted."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    place = ".".join(str(part) for part in error.absolute_path) or "body"
    return f"{place}: {error.message[:300]}"
