"""What the HTTP side says of taught tags and of jobs, as JSON."""

from typing import Any

from bot.catalogue import Job, TaughtTag, Version
from bot.errors import TeachingFailedError
from bot.local.answers import picture_json
from bot.rebuilding.texts import rebuild_text
from bot.replies import error_text
from bot.tags.rules import TagRules
from bot.teaching.registering import Registered
from bot.teaching.rounds import Round
from bot.teaching.teaching import PastVersion

Json = dict[str, Any]


def registered_json(registered: Registered) -> Json:
    """A tag that is being learnt, and what else there is to know about it."""
    likeness = registered.likeness
    return {
        "job": registered.job_id,
        "name": registered.name,
        "name_ja": registered.name_ja,
        "examples": len(registered.examples),
        "distinct": registered.distinct,
        "close": [{"name": tag.name, "name_ja": tag.name_ja} for tag in registered.close],
        "likeness": likeness
        and {
            "name": likeness.tag.name,
            "name_ja": likeness.tag.name_ja,
            "share": round(likeness.share, 4),
        },
    }


def taught_json(tag: TaughtTag, version: Version | None, rules: TagRules) -> Json:
    """A taught tag with the version that answers now; 0: none does."""
    return {
        "name": tag.name,
        "name_ja": tag.name_ja,
        "promoted": tag.promoted,
        "version": version.number if version else 0,
        "positives": version.positives if version else 0,
        "negatives": version.negatives if version else 0,
        "threshold": round(version.threshold, 6) if version else 1.0,
        **rule_json(tag.name, rules),
    }


def rule_json(name: str, rules: TagRules) -> Json:
    """What was decided about a tag."""
    return {"name": name, "hidden": name in rules.hidden, "alias": rules.aliases.get(name, "")}


def past_version_json(version: PastVersion) -> Json:
    """One entry of a tag's history."""
    return {
        "number": version.number,
        "reason": version.reason,
        "positives": version.positives,
        "negatives": version.negatives,
        "created_at": version.created_at.isoformat(timespec="milliseconds"),
        "current": version.current,
        "restorable": version.restorable,
    }


def round_json(asked: Round) -> Json:
    """What to ask next, the most telling first, with what the tag's version says of each."""
    return {
        "name": asked.tag.name,
        "name_ja": asked.tag.name_ja,
        "version": asked.version,
        "positives": asked.positives,
        "negatives": asked.negatives,
        "remaining": asked.remaining,
        "illustrations": [
            picture_json(one) | {"score": round(score, 6)}
            for one, score in zip(asked.illustrations, asked.scores, strict=True)
        ],
    }


def job_json(job: Job) -> Json:
    """How far a job is; a cancelled one has failed, and says so."""
    cancelled = job.state == "cancelled"
    english, japanese = _messages(job)
    return {
        "id": job.id,
        "kind": job.kind,
        "state": "failed" if cancelled else job.state,
        "progress": round(job.progress, 4),
        "message": english,
        "message_ja": japanese,
        "created_at": job.created_at.isoformat(timespec="milliseconds"),
    }


def _messages(job: Job) -> tuple[str, str]:
    if job.state == "cancelled":
        return "Cancelled.", "中止しました。"
    if job.kind == "rebuild":
        return rebuild_text("en", job), rebuild_text("ja", job)
    if job.state == "failed":
        told = error_text(TeachingFailedError(job.message))
        return told.message, told.message_ja
    return job.message, job.message
