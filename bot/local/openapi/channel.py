"""The local channel: posts, descriptions, the vocabulary, and the state of the service."""

from bot.local.openapi.parts import (
    ID,
    INTEGER,
    MOMENT,
    NAMES,
    NUMBER,
    SHARE,
    TEXT,
    TRUTH,
    Json,
    an_object,
    between,
    body,
    json_answer,
    list_of,
    nullable,
    operation,
    parameter,
    reference,
    refusals,
)

_ORIGIN: Json = {"type": "string", "enum": ["posted", "gallery"]}
_STATE: Json = {"type": "string", "enum": ["starting", "ready", "degraded"]}
_ALIAS: Json = TEXT | {"description": "What the tag is called here; empty: by its own name."}
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
    "bad_name",
    "tag_exists",
    "unknown_tag",
    "no_examples",
    "too_many_examples",
    "unknown_version",
    "no_versions",
    "no_tags",
    "job_running",
    "training_not_installed",
    "teaching_failed",
]

_REPLY = {
    "tags": list_of(reference("ScoredTag")),
    "guesses": TRUTH
    | {"description": "True when no tag reaches its threshold: the tags are guesses."},
    "similar": list_of(reference("Similar")),
}
SCHEMAS: Json = {
    "TagName": an_object(**NAMES),
    "ScoredTag": an_object(**NAMES, alias=_ALIAS, score=SHARE, threshold=SHARE),
    "VocabularyTag": an_object(**NAMES, alias=_ALIAS, threshold=SHARE, support=INTEGER),
    "Similar": an_object(
        id=INTEGER,
        distance=NUMBER | {"description": "Euclidean distance of the embeddings."},
        title=TEXT,
        title_ja=TEXT,
        thumbnail=TEXT,
    ),
    "Description": an_object(**_REPLY),
    "Post": an_object(
        id=INTEGER,
        title=TEXT,
        title_ja=TEXT,
        origin=_ORIGIN,
        created_at=MOMENT,
        width_px=INTEGER,
        height_px=INTEGER,
        thumbnail=TEXT,
        given_tags=list_of(reference("TagName")),
        **_REPLY,
    ),
    "Posts": an_object(posts=list_of(reference("Post")), total=INTEGER),
    "Tags": an_object(tags=list_of(reference("VocabularyTag"))),
    "Status": an_object(
        state=_STATE,
        library=INTEGER,
        vocabulary=INTEGER,
        **{"import": nullable(an_object(done=INTEGER, total=INTEGER))},
    ),
    "Health": an_object(
        state=_STATE,
        parts={"type": "object", "additionalProperties": {"type": "boolean"}},
    ),
    "Error": an_object(
        error=an_object(
            code={"type": "string", "enum": _ERROR_CODES}, message=TEXT, message_ja=TEXT
        )
    ),
}

_IMAGE: Json = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": an_object(image={"type": "string", "format": "binary"}),
        }
    },
}
_POST_ID = parameter("id", "path", ID, "The post's id.")
_IMAGE_REFUSALS = refusals(400, 413, 415, 422, 503)


PATHS: Json = {
    "/": {"get": operation("The local channel.", body("A page.", "text/html"))},
    "/static/{file}": {
        "get": operation(
            "The page's own files.",
            body("A file.", "*/*") | refusals(404),
            parameters=[parameter("file", "path", TEXT, "Its name.")],
        )
    },
    "/api/v1/posts": {
        "post": operation(
            "Post an image to the local channel.",
            {"201": json_answer("The post with its reply.", reference("Post"))} | _IMAGE_REFUSALS,
            requestBody=_IMAGE,
        ),
        "get": operation(
            "List posts, newest first.",
            {"200": json_answer("One page of posts.", reference("Posts"))} | refusals(400),
            parameters=[
                parameter("limit", "query", between(1, 200), "At most so many; 50 unless said."),
                parameter("before", "query", ID, "Only those with a smaller id."),
                parameter("origin", "query", _ORIGIN, "Only those of this origin."),
            ],
        ),
    },
    "/api/v1/posts/{id}": {
        "get": operation(
            "One post.",
            {"200": json_answer("The post.", reference("Post"))} | refusals(404),
            parameters=[_POST_ID],
        ),
        "delete": operation(
            "Forget the illustration everywhere.",
            {"204": {"description": "It is forgotten."}} | refusals(404),
            parameters=[_POST_ID],
        ),
    },
    "/api/v1/posts/{id}/thumbnail": {
        "get": operation(
            "The illustration, at most 256 px a side.",
            body("A WebP file.", "image/webp") | refusals(404),
            parameters=[_POST_ID],
        )
    },
    "/api/v1/describe": {
        "post": operation(
            "Describe an image; nothing is stored.",
            {"200": json_answer("What there is to say.", reference("Description"))}
            | _IMAGE_REFUSALS,
            requestBody=_IMAGE,
            parameters=[
                parameter("top", "query", between(1, 1000), "Exactly so many tags, sure or not."),
                parameter(
                    "neighbours", "query", between(0, 100), "At most so many similar ones; 5."
                ),
            ],
        )
    },
    "/api/v1/tags": {
        "get": operation(
            "The vocabulary.",
            {"200": json_answer("All of it, or at most 25 matches.", reference("Tags"))}
            | refusals(503),
            parameters=[parameter("query", "query", TEXT, "Part of a name, in any language.")],
        )
    },
    "/api/v1/status": {
        "get": operation(
            "Whether the bot is ready, and how far an import is.",
            {"200": json_answer("The state.", reference("Status"))},
        )
    },
    "/api/v1/openapi.json": {
        "get": operation("This description.", body("OpenAPI 3.1.", "application/json"))
    },
    "/healthz": {
        "get": operation(
            "Health.",
            {
                "200": json_answer("Every part is well.", reference("Health")),
                "503": json_answer("One is not, at the moment.", reference("Health")),
            },
        )
    },
    "/metrics": {
        "get": operation("Figures for Prometheus.", body("Its text format.", "text/plain"))
    },
}
