"""Taught tags and jobs."""

from bot.local.openapi.parts import (
    ID,
    INTEGER,
    MOMENT,
    NAMES,
    SHARE,
    TAG_NAME,
    TEXT,
    TRUTH,
    Json,
    an_object,
    between,
    json_answer,
    json_body,
    list_of,
    nullable,
    operation,
    parameter,
    reference,
    refusals,
)

_STATE: Json = {"type": "string", "enum": ["queued", "running", "done", "failed"]}
# Each counts once, however often it stands there.
_POSTS: Json = list_of(ID) | {"minItems": 1, "maxItems": 100}
_VERDICTS: Json = {
    "type": "object",
    "additionalProperties": nullable(TRUTH),
    "propertyNames": {"pattern": "^[1-9][0-9]{0,17}$"},
}
_SKIPPED: Json = {"type": "string", "pattern": "^([0-9]{1,18}(,[0-9]{1,18}){0,199})?$"}
_NO_OR_NAME: Json = {"oneOf": [TAG_NAME, {"const": ""}]}
_CALLED: Json = TEXT | {"minLength": 1}
_JOB: Json = an_object(job=INTEGER)
_EXAMPLES = {"version": INTEGER, "positives": INTEGER, "negatives": INTEGER}
_RULES = {"hidden": TRUTH, "alias": TEXT}

SCHEMAS: Json = {
    "Registered": an_object(
        job=INTEGER | {"description": "Done as soon as answers use the tag."},
        **NAMES,
        examples=INTEGER,
        distinct=INTEGER | {"description": "Fewer than examples: some are the same picture."},
        close=list_of(reference("TagName")),
        likeness=nullable(an_object(**NAMES, share=SHARE)),
    ),
    "TaughtTag": an_object(**NAMES, promoted=TRUTH, **_RULES, **_EXAMPLES, threshold=SHARE),
    "TaughtTags": an_object(tags=list_of(reference("TaughtTag"))),
    "PastVersion": an_object(
        number=INTEGER,
        reason=TEXT,
        positives=INTEGER,
        negatives=INTEGER,
        created_at=MOMENT,
        current=TRUTH,
        restorable=TRUTH,
    ),
    "History": an_object(versions=list_of(reference("PastVersion"))),
    "Asked": an_object(id=INTEGER, title=TEXT, title_ja=TEXT, thumbnail=TEXT, score=SHARE),
    "Round": an_object(
        **NAMES, **_EXAMPLES, remaining=INTEGER, illustrations=list_of(reference("Asked"))
    ),
    "TagRule": an_object(name=TEXT, **_RULES),
    "TagRules": an_object(rules=list_of(reference("TagRule"))),
    "Job": an_object(
        id=INTEGER,
        kind=TEXT,
        state=_STATE,
        progress=SHARE,
        message=TEXT,
        message_ja=TEXT,
        created_at=MOMENT,
    ),
    "Jobs": an_object(jobs=list_of(reference("Job"))),
}

_NAME = parameter("name", "query", _CALLED, "The tag's, in any language.", required=True)
_JOB_ID = parameter("id", "path", ID, "The job's id.")
_MARKED = json_answer("It is kept, and will be learnt.", an_object(name=TEXT))

PATHS: Json = {
    "/api/v1/tags": {
        "post": operation(
            "Teach a new tag from a few posts that have it.",
            {"202": json_answer("It is being learnt.", reference("Registered"))}
            | refusals(400, 404, 409, 503),
            requestBody=json_body(
                ("name", "examples"), name=TAG_NAME, name_ja=_NO_OR_NAME, examples=_POSTS
            ),
        )
    },
    "/api/v1/tags/rules": {
        "get": operation(
            "The tags that are hidden or called otherwise here.",
            {"200": json_answer("The rules.", reference("TagRules"))},
        ),
        "post": operation(
            "Hide a tag, show it again, or call it by another name.",
            {"200": json_answer("What holds for the tag.", reference("TagRule"))}
            | refusals(400, 404, 409, 503),
            requestBody=json_body(("name",), name=TEXT, hidden=TRUTH, alias=_NO_OR_NAME),
        ),
    },
    "/api/v1/taught": {
        "get": operation(
            "The tags that were taught here.",
            {"200": json_answer("All of them, by name.", reference("TaughtTags"))} | refusals(503),
        ),
        "delete": operation(
            "Forget a taught tag with its versions and marks.",
            {"204": {"description": "It is forgotten."}} | refusals(400, 404),
            parameters=[_NAME],
        ),
    },
    "/api/v1/taught/history": {
        "get": operation(
            "The versions of a taught tag.",
            {"200": json_answer("Newest first.", reference("History"))} | refusals(400, 404),
            parameters=[_NAME],
        )
    },
    "/api/v1/taught/round": {
        "get": operation(
            "What to ask next about a taught tag.",
            {"200": json_answer("The most telling first.", reference("Round"))}
            | refusals(400, 404, 503),
            parameters=[
                _NAME,
                parameter("count", "query", between(1, 50), "At most so many; 9."),
                parameter("skip", "query", _SKIPPED, "Ids of posts not to ask about now: 12,15."),
            ],
        )
    },
    "/api/v1/taught/examples": {
        "post": operation(
            "Give more posts that have a taught tag.",
            {"202": _MARKED} | refusals(400, 404),
            requestBody=json_body(("name", "examples"), name=TEXT, examples=_POSTS),
        )
    },
    "/api/v1/taught/marks": {
        "post": operation(
            "Say which posts have a taught tag, and which have it not.",
            {"202": _MARKED} | refusals(400, 404),
            requestBody=json_body(("name", "verdicts"), name=TEXT, verdicts=_VERDICTS),
        )
    },
    "/api/v1/taught/rollback": {
        "post": operation(
            "Go back to an earlier version; without a number to the one before.",
            {"200": json_answer("It answers again.", an_object(name=TEXT, version=INTEGER))}
            | refusals(400, 404),
            requestBody=json_body(("name",), name=TEXT, version=ID),
        )
    },
    "/api/v1/taught/promotion": {
        "post": operation(
            "Let every server have a taught tag, or its own alone.",
            {"200": json_answer("What holds now.", an_object(name=TEXT, promoted=TRUTH))}
            | refusals(400, 404),
            requestBody=json_body(("name", "promoted"), name=TEXT, promoted=TRUTH),
        )
    },
    "/api/v1/retrain": {
        "post": operation(
            "Fit the taught tags again from all feedback, or rebuild everything.",
            {
                "202": json_answer("It has begun.", _JOB),
                "501": json_answer("What training needs is not installed.", reference("Error")),
            }
            | refusals(400, 404, 409),
            requestBody=json_body((), everything=TRUTH),
        )
    },
    "/api/v1/jobs": {
        "get": operation(
            "The newest jobs, and every rebuild under way.",
            {"200": json_answer("Newest first.", reference("Jobs"))},
        )
    },
    "/api/v1/jobs/{id}": {
        "get": operation(
            "How far a job is; one that was cancelled has failed.",
            {"200": json_answer("The job.", reference("Job"))} | refusals(404),
            parameters=[_JOB_ID],
        ),
        "delete": operation(
            "Cancel a job; one that is over stays as it is.",
            {"204": {"description": "It is over."}} | refusals(404),
            parameters=[_JOB_ID],
        ),
    },
}
