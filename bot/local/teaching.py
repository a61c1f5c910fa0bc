"""Teaching tags over HTTP: what the page's tab "Tags" and other programs ask for.

In the local channel the person at the keyboard is everyone, so nobody is asked who they are.
"""

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from bot.catalogue import Catalogue, Job, TaughtTag
from bot.errors import RequestError
from bot.illustrations import LOCAL_GUILD
from bot.jobs import JobRunner
from bot.local.answers import answer
from bot.local.bodies import Body
from bot.local.requests import id_list, id_of, integer, required
from bot.local.teaching_answers import (
    job_json,
    past_version_json,
    registered_json,
    round_json,
    rule_json,
    taught_json,
)
from bot.places import Scope
from bot.rebuilding.starting import KIND as REBUILD
from bot.rebuilding.starting import Rebuilding
from bot.service import Service
from bot.teaching.names import clean_alias
from bot.teaching.teaching import Teaching

# The person at the keyboard; Discord's ids are large.
NOBODY = 0
ASKED_AT_ONCE = 9
MOST_ASKED = 50
MOST_JOBS = 50
LIVE_TIMEOUT_SECONDS = 20.0

Json = dict[str, Any]


@dataclass(frozen=True)
class TeachingRoutes:
    """The handlers of taught tags and jobs."""

    service: Service
    catalogue: Catalogue
    teaching: Teaching
    jobs: JobRunner
    rebuilding: Rebuilding

    def routes(self) -> list[web.RouteDef]:
        """Every route."""
        return [
            web.post("/api/v1/tags", self.register),
            web.get("/api/v1/taught", self.taught),
            web.delete("/api/v1/taught", self.remove),
            web.get("/api/v1/taught/history", self.history),
            web.get("/api/v1/taught/round", self.round),
            web.post("/api/v1/taught/examples", self.hand_in),
            web.post("/api/v1/taught/marks", self.mark),
            web.post("/api/v1/taught/rollback", self.rollback),
            web.post("/api/v1/taught/promotion", self.promote),
            web.get("/api/v1/tags/rules", self.rules),
            web.post("/api/v1/tags/rules", self.rule),
            web.post("/api/v1/retrain", self.retrain),
            web.get("/api/v1/jobs", self.list_jobs),
            web.get(r"/api/v1/jobs/{id:\d{1,18}}", self.one_job),
            web.delete(r"/api/v1/jobs/{id:\d{1,18}}", self.cancel_job),
        ]

    async def register(self, request: web.Request) -> web.Response:
        """Begin to teach a new tag."""
        body = await Body.read(request, "name", "name_ja", "examples")
        registered = await self.teaching.register(
            LOCAL_GUILD, body.text("name"), body.text("name_ja", ""), body.ids("examples"), NOBODY
        )
        return answer(registered_json(registered), 202)

    async def taught(self, _request: web.Request) -> web.Response:
        """The tags that were taught here."""
        rules = (await self.catalogue.guilds.settings(LOCAL_GUILD)).rules
        tags = [
            taught_json(tag, await self.teaching.current(tag.id), rules)
            for tag in await self.teaching.own(LOCAL_GUILD)
        ]
        return answer({"tags": tags})

    async def history(self, request: web.Request) -> web.Response:
        """The versions of a tag, newest first."""
        past = await self.teaching.history(LOCAL_GUILD, required(request, "name"))
        return answer({"versions": [past_version_json(one) for one in past]})

    async def round(self, request: web.Request) -> web.Response:
        """What to ask next about a tag, once everything that was marked is learnt."""
        count = integer(request, "count", 1, MOST_ASKED) or ASKED_AT_ONCE
        skip = id_list(request, "skip")
        tag = await self.teaching.get(LOCAL_GUILD, required(request, "name"))
        await self._live(tag)
        asked = await self.teaching.round(
            LOCAL_GUILD, tag.name, Scope(LOCAL_GUILD), NOBODY, count, skip
        )
        return answer(round_json(asked))

    async def hand_in(self, request: web.Request) -> web.Response:
        """More examples that have a tag."""
        body = await Body.read(request, "name", "examples")
        tag = await self.teaching.hand_in(
            LOCAL_GUILD, body.text("name"), body.ids("examples"), NOBODY
        )
        return answer({"name": tag.name}, 202)

    async def mark(self, request: web.Request) -> web.Response:
        """Which illustrations have a tag, and which have it not."""
        body = await Body.read(request, "name", "verdicts")
        tag = await self.teaching.mark(
            LOCAL_GUILD, body.text("name"), NOBODY, body.verdicts("verdicts")
        )
        return answer({"name": tag.name}, 202)

    async def rollback(self, request: web.Request) -> web.Response:
        """Back to an earlier version."""
        body = await Body.read(request, "name", "version")
        tag = await self.teaching.get(LOCAL_GUILD, body.text("name"))
        version = await self.teaching.rollback(
            LOCAL_GUILD, tag.name, body.number("version"), NOBODY
        )
        await self._live(tag)
        return answer({"name": tag.name, "version": version})

    async def promote(self, request: web.Request) -> web.Response:
        """Let every server have a tag, or this one alone."""
        body = await Body.read(request, "name", "promoted")
        promoted = body.truth("promoted")
        tag = await self.teaching.get(LOCAL_GUILD, body.text("name"))
        await self.teaching.promote(LOCAL_GUILD, tag.name, promoted, NOBODY)
        return answer({"name": tag.name, "promoted": promoted})

    async def remove(self, request: web.Request) -> web.Response:
        """Forget a taught tag with its versions and marks."""
        await self.teaching.remove(LOCAL_GUILD, required(request, "name"), NOBODY)
        return web.Response(status=204)

    async def rules(self, _request: web.Request) -> web.Response:
        """The tags that are hidden or called otherwise here."""
        rules = (await self.catalogue.guilds.settings(LOCAL_GUILD)).rules
        names = sorted(rules.hidden.union(rules.aliases))
        return answer({"rules": [rule_json(name, rules) for name in names]})

    async def rule(self, request: web.Request) -> web.Response:
        """Hide any tag, show it again, or call it by another name."""
        body = await Body.read(request, "name", "hidden", "alias")
        guilds = self.catalogue.guilds
        rules = (await guilds.settings(LOCAL_GUILD)).rules
        search = self.service.tags_of(LOCAL_GUILD)
        name = body.text("name")
        if name not in rules.hidden:
            found = search.exact(name, replace(rules, hidden=frozenset()))
            if found is None:
                raise RequestError("not_found", f"There is no tag {name[:50]!r}.")
            name = found.name
        # All of it is read before any of it is kept.
        hidden = body.truth("hidden") if "hidden" in body else None
        alias = None
        if "alias" in body:
            alias = clean_alias(search, name, body.text("alias"), rules)
        await guilds.set_tag(LOCAL_GUILD, name, hidden=hidden, alias=alias)
        rules = (await guilds.settings(LOCAL_GUILD)).rules
        return answer(rule_json(name, rules))

    async def retrain(self, request: web.Request) -> web.Response:
        """Fit the taught tags again from all feedback, or rebuild everything."""
        body = await Body.read(request, "everything")
        if body.truth("everything", default=False):
            job = await self.rebuilding.start(LOCAL_GUILD, NOBODY)
        else:
            job = await self.teaching.retrain(LOCAL_GUILD, NOBODY)
        return answer({"job": job}, 202)

    async def list_jobs(self, _request: web.Request) -> web.Response:
        """The newest jobs, newest first, and every rebuild under way: there is one at a time."""
        jobs = {
            job.id: job
            for job in (
                *await self.catalogue.jobs.of_guild(LOCAL_GUILD, MOST_JOBS),
                *await self.catalogue.jobs.open_(REBUILD),
            )
        }
        return answer({"jobs": [job_json(jobs[id_]) for id_ in sorted(jobs, reverse=True)]})

    async def one_job(self, request: web.Request) -> web.Response:
        """How far a job is."""
        return answer(job_json(await self._job(request)))

    async def cancel_job(self, request: web.Request) -> web.Response:
        """End a job; one that is over already stays as it is."""
        job = await self._job(request)
        await self.jobs.cancel(job.id)
        return web.Response(status=204)

    async def _job(self, request: web.Request) -> Job:
        """A job of the local channel, or a rebuild: who sits at the keyboard runs the bot."""
        id_ = id_of(request)
        job = await self.catalogue.jobs.get(id_)
        if job is None or (job.guild_id != LOCAL_GUILD and job.kind != REBUILD):
            raise RequestError("not_found", f"There is no job {id_}.")
        return job

    async def _live(self, tag: TaughtTag) -> None:
        """Wait until what was marked is learnt; a tag that takes long is asked about as it is."""
        try:
            await self.teaching.live(tag.id, LIVE_TIMEOUT_SECONDS)
        except TimeoutError:
            return
