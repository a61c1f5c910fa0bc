"""What the parts of the description are made of."""

from typing import Any

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}
ID: Json = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
TAG_NAME: Json = {
    "type": "string",
    "format": "tag-name",
    "minLength": 1,
    "maxLength": 50,
    "description": "One line with at least one letter, digit or symbol, in any language.",
}
NUMBER: Json = {"type": "number"}
TRUTH: Json = {"type": "boolean"}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
MOMENT: Json = {"type": "string", "format": "date-time"}
NAMES = {"name": TEXT, "name_ja": TEXT}


def an_object(**properties: Json) -> Json:
    """An object that has all of these."""
    return {"type": "object", "required": list(properties), "properties": properties}


def between(low: int, high: int) -> Json:
    """A whole number of a range."""
    return {"type": "integer", "minimum": low, "maximum": high}


def list_of(item: Json) -> Json:
    """A list of these."""
    return {"type": "array", "items": item}


def nullable(schema: Json) -> Json:
    """This, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def reference(name: str) -> Json:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_answer(description: str, schema: Json) -> Json:
    """An answer in JSON."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def json_body(required: tuple[str, ...], **properties: Json) -> Json:
    """A JSON object as the body of a request."""
    schema = {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def parameter(
    name: str, place: str, schema: Json, description: str, *, required: bool = False
) -> Json:
    """A parameter; one of the path is always required."""
    return {
        "name": name,
        "in": place,
        "required": required or place == "path",
        "schema": schema,
        "description": description,
    }


def operation(summary: str, answers: Json, **more: Any) -> Json:  # noqa: ANN401 - JSON values
    """What a method of a path does."""
    return {"summary": summary, "responses": answers, **more}


def body(description: str, media_type: str) -> Json:
    """An answer that is no JSON."""
    return {"200": {"description": description, "content": {media_type: {}}}}


def refusals(*statuses: int) -> Json:
    """What may be answered instead."""
    reasons = {
        400: "A parameter, the body or the image is missing or wrong.",
        401: "A token is required, and this request carries none or another one.",
        403: "The request comes from another web site, or names another host.",
        404: "There is no such thing.",
        409: "It is there already, or under way.",
        413: "The file has too many bytes or the image too many pixels.",
        415: "The file is no image, or of a format that is not read.",
        422: "The image is cut off or damaged.",
        503: "Too much to do, or still starting; Retry-After says when to try again.",
    }
    return {str(status): json_answer(reasons[status], reference("Error")) for status in statuses}
