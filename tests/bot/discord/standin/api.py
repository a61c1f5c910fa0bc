"""The HTTP API: takes requests, checks and records them, lets faults strike, finds the handler."""

import asyncio
import json
import re
import traceback
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.bot.discord.standin import conformance
from tests.bot.discord.standin.errors import NOT_FOUND, UNAUTHORISED, ApiError
from tests.bot.discord.standin.faults import HttpFault
from tests.bot.discord.standin.limits import BrokenLimitError
from tests.bot.discord.standin.rate_limits import RateLimits
from tests.bot.discord.standin.requests import PREFIX, Request, check_files, read

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn

Json = dict[str, Any]


Handler = Callable[["StandIn", Request], Awaitable[Any]]


class Routes:
    """Handlers by method and path; the path is written as in Discord's description."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str, Handler]] = []

    def __call__(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def remember(handler: Handler) -> Handler:
            self.all.append((method, path, handler))
            return handler

        return remember


class Api:
    """Serves the routes.

    Args:
        routes: All of them.

    Attributes:
        checks_answers: Whether what is answered is held against the description as well: a test
            of the stand-in itself.
    """

    def __init__(self, standin: "StandIn", routes: list[Routes]) -> None:
        self._standin = standin
        self._routes = [one for each in routes for one in each.all]
        self.rate_limits = RateLimits()
        self.checks_answers = False

    def add_to(self, app: web.Application) -> None:
        """Register every route, and what answers to everything else."""
        for method, template, handler in self._routes:
            app.router.add_route(
                method, PREFIX + _pattern(template), self._serving(template, handler)
            )
        app.router.add_route("*", PREFIX + "/{rest:.*}", self._serving("", _not_played))

    def _serving(
        self, template: str, handler: Handler
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(received: web.Request) -> web.StreamResponse:
            try:
                return await self._serve(received, template, handler)
            except Exception:  # noqa: BLE001 - whatever it is, the test must hear of it
                # 400, because the library would try a 500 again and again.
                trouble = traceback.format_exc()
                self._standin.troubles.append(f"{received.method} {received.path}: {trouble}")
                return web.Response(status=400, text=trouble)

        return serve

    async def _serve(
        self, received: web.Request, template: str, handler: Handler
    ) -> web.StreamResponse:
        request = await read(received, template)
        self._standin.requests.append(request)
        self._check(request)
        fault = self._standin.faults.of_request(request.method, request.path)
        if fault is not None and not fault.took_effect:
            await asyncio.sleep(fault.delay_seconds)
        striking = fault is not None and fault.status is not None
        if striking and not fault.took_effect:
            return self._fail(received, request, fault)
        headers = self.rate_limits.headers(request)
        if headers is None:
            return self._limited(request, self.rate_limits.retry_after(request))
        answer = await self._handle(received, request, handler)
        if fault is not None and fault.took_effect:
            await asyncio.sleep(fault.delay_seconds)
        if striking:
            return self._fail(received, request, fault)
        answer.headers.update(headers)
        answer.headers["Date"] = format_datetime(self._standin.world.snowflakes.now(), usegmt=True)
        request.status = answer.status
        return answer

    async def _handle(
        self, received: web.Request, request: Request, handler: Handler
    ) -> web.Response:
        try:
            self._authorise(received, request)
            answer = await handler(self._standin, request)
        except BrokenLimitError as error:
            self._violation(request, f"{error.message}: {json.dumps(error.errors)}")
            return _json(error.status, error.body())
        except ApiError as error:
            return _json(error.status, error.body())
        except (AttributeError, KeyError, TypeError, ValueError):
            if not request.problems:
                raise
            return _json(400, {"message": "Invalid Form Body", "code": 50035})
        if self.checks_answers:
            problems = conformance.check_answer(request.method, request.template, answer)
            self._standin.troubles += [f"the answer to {request}: {one}" for one in problems]
        return web.Response(status=204) if answer is None else _json(200, answer)

    def _authorise(self, received: web.Request, request: Request) -> None:
        by_token_in_path = request.template.startswith(("/interactions/", "/webhooks/"))
        if by_token_in_path and "webhook_token" in _names(request.template):
            return
        if request.template.startswith("/interactions/"):
            return
        if received.headers.get("Authorization") != f"Bot {self._standin.token}":
            raise UNAUTHORISED

    def _check(self, request: Request) -> None:
        for problem in check_files(request):
            self._violation(request, problem)
        if not request.template:
            known = any(
                re.fullmatch(_expression(one), request.path) for one in conformance.templates()
            )
            why = "is not played by the stand-in" if known else "is not in Discord's API"
            self._violation(request, why)
            return
        problems = conformance.check(
            request.method,
            request.template,
            path=request.match,
            query=request.query,
            body=request.body,
            is_form=request.is_form,
        )
        for problem in problems:
            self._violation(request, problem)

    def _violation(self, request: Request, problem: str) -> None:
        request.problems.append(problem)
        self._standin.violations.append(f"{request}: {problem}")

    def _fail(
        self, received: web.Request, request: Request, fault: HttpFault
    ) -> web.StreamResponse:
        assert fault.status is not None
        request.status = fault.status
        if fault.status == 429:
            return self._limited(request, fault.retry_after)
        if fault.status == 0:
            if received.transport is not None:
                received.transport.abort()
            return web.Response(status=502)
        return web.Response(status=fault.status, text="upstream connect error")

    def _limited(self, request: Request, retry_after: float) -> web.Response:
        request.status = 429
        body = {"message": "You are being rate limited.", "retry_after": retry_after}
        answer = _json(429, body | {"global": False})
        # Without "Via" the library takes it for a ban by Cloudflare.
        answer.headers.update(self.rate_limits.exceeded(request, retry_after))
        answer.headers["Via"] = "1.1 google"
        return answer


def _json(status: int, body: Any) -> web.Response:
    # No charset: the library compares the header with "application/json" as a whole.
    data = json.dumps(body, ensure_ascii=False).encode()
    return web.Response(status=status, body=data, headers={"Content-Type": "application/json"})


async def _not_played(_: "StandIn", __: Request) -> Any:
    raise NOT_FOUND


def _names(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


def _pattern(template: str) -> str:
    """A path of the description as aiohttp takes it: ids are digits."""
    return re.sub(r"\{(\w*_?id)\}", r"{\1:\\d+}", template)


def _expression(template: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
