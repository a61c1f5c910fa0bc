"""The OpenAPI description of the HTTP API, served at /api/v1/openapi.json.

Written by hand, beside the routes: it is a contract, so it must not change by accident. A test
holds it against the routes and against real answers.
"""

from typing import Any

Json = dict[str, Any]


def _object(**properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list_of(item: Json) -> Json:
    return {"type": "array", "items": item}


def _reference(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _parameter(name: str, place: str, schema: Json, description: str) -> Json:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "schema": schema,
        "description": description,
    }


_TEXT: Json = {"type": "string"}
_INTEGER: Json = {"type": "integer"}
_NUMBER: Json = {"type": "number"}
_TRUTH: Json = {"type": "boolean"}
_SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_ORIGIN: Json = {"type": "string", "enum": ["posted", "gallery"]}
_STATE: Json = {"type": "string", "enum": ["starting", "ready", "degraded"]}
_ERROR_CODES = [
    "not_an_image",
    "unsupported_format",
    "too_large",
    "too_many_pixels",
    "truncated",
    "not_found",
    "busy",
    "unavailable",
    "unknown_post",
    "missing_image",
    "bad_parameter",
    "unauthorised",
    "forbidden",
    "internal",
]

_NAMES = {"name": _TEXT, "name_ja": _TEXT}
_REPLY = {
    "tags": _list_of(_reference("ScoredTag")),
    "guesses": _TRUTH
    | {"description": "True when no tag reaches its threshold: the tags are guesses."},
    "similar": _list_of(_reference("Similar")),
}
_SCHEMAS: Json = {
    "TagName": _object(**_NAMES),
    "ScoredTag": _object(**_NAMES, score=_SHARE, threshold=_SHARE),
    "VocabularyTag": _object(**_NAMES, threshold=_SHARE, support=_INTEGER),
    "Similar": _object(
        id=_INTEGER,
        distance=_NUMBER | {"description": "Euclidean distance of the embeddings."},
        title=_TEXT,
        title_ja=_TEXT,
        thumbnail=_TEXT,
    ),
    "Description": _object(**_REPLY),
    "Post": _object(
        id=_INTEGER,
        title=_TEXT,
        title_ja=_TEXT,
        origin=_ORIGIN,
        created_at={"type": "string", "format": "date-time"},
        width_px=_INTEGER,
        height_px=_INTEGER,
        thumbnail=_TEXT,
        given_tags=_list_of(_reference("TagName")),
        **_REPLY,
    ),
    "Posts": _object(posts=_list_of(_reference("Post")), total=_INTEGER),
    "Tags": _object(tags=_list_of(_reference("VocabularyTag"))),
    "Status": _object(
        state=_STATE,
        library=_INTEGER,
        vocabulary=_INTEGER,
        **{"import": {"oneOf": [_object(done=_INTEGER, total=_INTEGER), {"type": "null"}]}},
    ),
    "Health": _object(
        state=_STATE,
        parts={"type": "object", "additionalProperties": {"type": "boolean"}},
    ),
    "Error": _object(
        error=_object(
            code={"type": "string", "enum": _ERROR_CODES}, message=_TEXT, message_ja=_TEXT
        )
    ),
}

_IMAGE: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": _object(image={"type": "string", "format": "binary"}),
        }
    },
}
_POST_ID = _parameter("id", "path", _INTEGER, "The post's id.")


def _refusals(*statuses: int) -> Json:
    reasons = {
        400: "A parameter or the image is missing or wrong.",
        404: "There is no such thing.",
        413: "The file has too many bytes or the image too many pixels.",
        415: "The file is no image, or of a format that is not read.",
        422: "The image is cut off or damaged.",
        503: "Too much to do, or still starting; Retry-After says when to try again.",
    }
    return {str(status): _json(reasons[status], _reference("Error")) for status in statuses}


_IMAGE_REFUSALS = _refusals(400, 413, 415, 422, 503)


def _operation(summary: str, answers: Json, **more: Any) -> Json:  # noqa: ANN401 - JSON values
    return {"summary": summary, "responses": answers, **more}


def _body(description: str, media_type: str) -> Json:
    return {"200": {"description": description, "content": {media_type: {}}}}


_PATHS: Json = {
    "/": {"get": _operation("The local channel.", _body("A page.", "text/html"))},
    "/static/{file}": {
        "get": _operation(
            "The page's own files.",
            _body("A file.", "*/*") | _refusals(404),
            parameters=[_parameter("file", "path", _TEXT, "Its name.")],
        )
    },
    "/api/v1/posts": {
        "post": _operation(
            "Post an image to the local channel.",
            {"201": _json("The post with its reply.", _reference("Post"))} | _IMAGE_REFUSALS,
            requestBody=_IMAGE,
        ),
        "get": _operation(
            "List posts, newest first.",
            {"200": _json("One page of posts.", _reference("Posts"))} | _refusals(400),
            parameters=[
                _parameter("limit", "query", _INTEGER, "At most so many; 50 unless said."),
                _parameter("before", "query", _INTEGER, "Only those with a smaller id."),
                _parameter("origin", "query", _ORIGIN, "Only those of this origin."),
            ],
        ),
    },
    "/api/v1/posts/{id}": {
        "get": _operation(
            "One post.",
            {"200": _json("The post.", _reference("Post"))} | _refusals(404),
            parameters=[_POST_ID],
        ),
        "delete": _operation(
            "Forget the illustration everywhere.",
            {"204": {"description": "It is forgotten."}} | _refusals(404),
            parameters=[_POST_ID],
        ),
    },
    "/api/v1/posts/{id}/thumbnail": {
        "get": _operation(
            "The illustration, at most 256 px a side.",
            _body("A WebP file.", "image/webp") | _refusals(404),
            parameters=[_POST_ID],
        )
    },
    "/api/v1/describe": {
        "post": _operation(
            "Describe an image; nothing is stored.",
            {"200": _json("What there is to say.", _reference("Description"))} | _IMAGE_REFUSALS,
            requestBody=_IMAGE,
            parameters=[
                _parameter("top", "query", _INTEGER, "Exactly so many tags, sure or not."),
                _parameter("neighbours", "query", _INTEGER, "At most so many similar ones; 5."),
            ],
        )
    },
    "/api/v1/tags": {
        "get": _operation(
            "The vocabulary.",
            {"200": _json("All of it, or at most 25 matches.", _reference("Tags"))}
            | _refusals(503),
            parameters=[_parameter("query", "query", _TEXT, "Part of a name, in any language.")],
        )
    },
    "/api/v1/status": {
        "get": _operation(
            "Whether the bot is ready, and how far an import is.",
            {"200": _json("The state.", _reference("Status"))},
        )
    },
    "/api/v1/openapi.json": {
        "get": _operation("This description.", _body("OpenAPI 3.1.", "application/json"))
    },
    "/healthz": {
        "get": _operation(
            "Health.",
            {
                "200": _json("Every part is well.", _reference("Health")),
                "503": _json("One is not, at the moment.", _reference("Health")),
            },
        )
    },
    "/metrics": {
        "get": _operation("Figures for Prometheus.", _body("Its text format.", "text/plain"))
    },
}

DESCRIPTION: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "Hoshizora",
        "version": "1",
        "description": "Tags for an illustration, and what is similar to it.",
    },
    "paths": _PATHS,
    "components": {
        "schemas": _SCHEMAS,
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Only where HOSHIZORA_API_TOKEN is set.",
            }
        },
    },
    "security": [{}, {"token": []}],
}
