"""The aiohttp application: routes, and one small handler for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.catalogue import Page
from bot.errors import RequestError
from bot.illustrations import LOCAL_GUILD, ORIGINS, Origin
from bot.importing import Importer
from bot.local.answers import answer, error_answer, post_json, reply_json, tags_json
from bot.local.guard import Guard, add_headers
from bot.local.openapi import DESCRIPTION
from bot.local.requests import id_of, integer
from bot.local.teaching import TeachingRoutes
from bot.local.uploads import read_upload
from bot.pipeline import KEPT_TAGS, REPLY_NEIGHBOURS, Candidate
from bot.places import Scope
from bot.service import Service
from bot.tags.rules import TagRules

PAGE = Path(__file__).parent / "page"
# A name that was asked for is compared with these and never looked for on the disk.
PAGE_FILES = frozenset(file.name for file in PAGE.iterdir())
MOST_LISTED = 200
MOST_TAGS = 1000
MOST_NEIGHBOURS = 100


@dataclass(frozen=True)
class Local:
    """The local channel's handlers.

    Attributes:
        teaching: The handlers of taught tags and jobs.
        health: What must hold for the bot to be well, by name.
        max_image_bytes: Larger uploads are refused while they are read.
    """

    service: Service
    importer: Importer
    teaching: TeachingRoutes
    guard: Guard
    health: Mapping[str, Callable[[], bool]]
    max_image_bytes: int

    def app(self) -> web.Application:
        """The application with every route."""
        app = web.Application(middlewares=[self._errors_as_json()])
        app.on_response_prepare.append(add_headers)
        app.add_routes(
            [
                web.get("/", self.page),
                web.get(r"/static/{file:[\w.-]+}", self.static),
                web.post("/api/v1/posts", self.post),
                web.get("/api/v1/posts", self.posts),
                web.get(r"/api/v1/posts/{id:\d{1,18}}", self.one_post),
                web.delete(r"/api/v1/posts/{id:\d{1,18}}", self.delete),
                web.get(r"/api/v1/posts/{id:\d{1,18}}/thumbnail", self.thumbnail),
                web.post("/api/v1/describe", self.describe),
                web.get("/api/v1/tags", self.tags),
                web.get("/api/v1/status", self.status),
                web.get("/api/v1/openapi.json", self.openapi),
                web.get("/healthz", self.healthz),
                web.get("/metrics", self.metrics),
                *self.teaching.routes(),
            ]
        )
        return app

    async def page(self, _request: web.Request) -> web.StreamResponse:
        """The page."""
        return _file("index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        """The page's own files."""
        return _file(request.match_info["file"])

    async def post(self, request: web.Request) -> web.Response:
        """Post an image."""
        with self.service.admit():
            upload = await read_upload(request, self.max_image_bytes)
            candidate = Candidate(upload.data, LOCAL_GUILD, "posted", upload.title)
            illustration = await self.service.post(candidate)
        return answer(post_json(illustration, await self._rules()), 201)

    async def describe(self, request: web.Request) -> web.Response:
        """Describe an image, store nothing."""
        top = integer(request, "top", 1, MOST_TAGS)
        neighbours = integer(request, "neighbours", 0, MOST_NEIGHBOURS)
        if neighbours is None:
            neighbours = REPLY_NEIGHBOURS
        with self.service.admit():
            upload = await read_upload(request, self.max_image_bytes)
            rules = await self._rules()
            # As many more as may have to be left out.
            wanted = (top or KEPT_TAGS) + len(rules.hidden)
            found = await self.service.describe(upload.data, Scope(LOCAL_GUILD), wanted, neighbours)
        return answer(reply_json(found.tags, found.similar, rules, top))

    async def posts(self, request: web.Request) -> web.Response:
        """List posts, newest first."""
        page = Page(
            integer(request, "limit", 1, MOST_LISTED) or 50,
            integer(request, "before", 1, 10**18),
            _origin(request),
        )
        found, total = await self.service.page(LOCAL_GUILD, page)
        rules = await self._rules()
        return answer({"posts": [post_json(one, rules) for one in found], "total": total})

    async def one_post(self, request: web.Request) -> web.Response:
        """One post."""
        found = await self.service.illustration(id_of(request), LOCAL_GUILD)
        return answer(post_json(found, await self._rules()))

    async def delete(self, request: web.Request) -> web.Response:
        """Forget a post everywhere."""
        await self.service.forget(id_of(request), LOCAL_GUILD)
        return web.Response(status=204)

    async def thumbnail(self, request: web.Request) -> web.Response:
        """A post's thumbnail."""
        content = await self.service.thumbnail(id_of(request), LOCAL_GUILD)
        # Ids are never used twice, so a thumbnail never changes.
        headers = {hdrs.CACHE_CONTROL: "private, max-age=3600, immutable"}
        return web.Response(body=content, content_type="image/webp", headers=headers)

    async def tags(self, request: web.Request) -> web.Response:
        """The vocabulary, or what matches of it."""
        search, query = self.service.tags_of(LOCAL_GUILD), request.query.get("query", "")
        return answer(tags_json(search, query, await self._rules()))

    async def status(self, _request: web.Request) -> web.Response:
        """Whether the bot is ready, and how far an import is."""
        inference, progress = self.service.inference, self.importer.progress
        return answer(
            {
                "state": inference.state,
                "library": await self.service.count(),
                "vocabulary": inference.vocabulary_size,
                "import": progress and {"done": progress.done, "total": progress.total},
            }
        )

    async def openapi(self, _request: web.Request) -> web.Response:
        """The description of all this."""
        return answer(DESCRIPTION)

    async def healthz(self, _request: web.Request) -> web.Response:
        """200 only while every part is well: images are answered, and Discord is connected."""
        parts = {name: holds() for name, holds in self.health.items()}
        state = self.service.inference.state
        return answer({"state": state, "parts": parts}, 200 if all(parts.values()) else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Figures for Prometheus."""
        text = await self.service.metrics_text()
        return web.Response(body=text, headers={hdrs.CONTENT_TYPE: METRICS_TYPE})

    async def _rules(self) -> TagRules:
        return (await self.teaching.catalogue.guilds.settings(LOCAL_GUILD)).rules

    def _errors_as_json(self) -> Middleware:
        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                self.guard.check(request)
                return await handler(request)
            except web.HTTPMethodNotAllowed as error:
                allowed = ", ".join(sorted(error.allowed_methods))
                refusal = RequestError(
                    "bad_parameter", f"{request.method} is not possible here, only {allowed}."
                )
                response = error_answer(refusal)
                response.set_status(405)
                response.headers[hdrs.ALLOW] = allowed
                return response
            except web.HTTPNotFound:
                return error_answer(RequestError("not_found", f"There is no {request.path} here."))
            except Exception as error:  # noqa: BLE001 - its answer logs it
                return error_answer(error)

        return middleware


METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def _file(name: str) -> web.FileResponse:
    if name not in PAGE_FILES:
        raise web.HTTPNotFound
    return web.FileResponse(PAGE / name, headers={hdrs.CACHE_CONTROL: "no-cache"})


def _origin(request: web.Request) -> Origin | None:
    text = request.query.get("origin")
    for origin in ORIGINS:
        if text == origin:
            return origin
    if text is not None:
        raise RequestError(
            "bad_parameter",
            f"origin must be one of {', '.join(ORIGINS)}. Received: {text[:50]!r}",
        )
    return None
