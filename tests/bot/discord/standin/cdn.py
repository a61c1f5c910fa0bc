"""The CDN: signed files that end, and every way in which a download goes wrong."""

import asyncio
import time
from typing import TYPE_CHECKING

from aiohttp import web

from tests.bot.discord.standin.faults import CdnFault, Faults
from tests.bot.discord.standin.files import Attachment, File

if TYPE_CHECKING:
    from tests.bot.discord.standin.world import World

_GONE = "This content is no longer available."


class Cdn:
    """Serves attachments, and images of other sites through Discord's proxy.

    Attributes:
        downloads: Path and status of everything that was asked for.
    """

    def __init__(self, world: "World", faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._attachments: dict[int, Attachment] = {}
        self._hosted: dict[str, File] = {}
        self._stopping = asyncio.Event()
        self.downloads: list[tuple[str, int]] = []

    def attach(self, file: File, folder: int, *, ephemeral: bool = False) -> Attachment:
        """Keep a file that somebody uploaded."""
        one = Attachment(self._world.snowflakes.make(), folder, file, ephemeral=ephemeral)
        self._attachments[one.id] = one
        return one

    def host(self, file: File) -> str:
        """Put a file on another site; the URL is what an embed shows of it."""
        self._hosted[file.name] = file
        return f"{self._world.cdn_url}/external/{file.name}"

    def stop(self) -> None:
        """Let hanging downloads go, so that the server can close."""
        self._stopping.set()

    def add_to(self, app: web.Application) -> None:
        """Register the CDN's paths."""
        for start in ("attachments", "ephemeral-attachments"):
            for prefix in ("/cdn", "/cdn/media"):
                app.router.add_get(
                    prefix + f"/{start}/{{folder}}/{{id}}/{{name}}", self._attachment
                )
        app.router.add_get("/cdn/external/{name}", self._external)

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        one = self._attachments.get(int(request.match_info["id"]))
        if one is None or one.gone or request.match_info["name"] != one.filename:
            return self._refuse(request, 404)
        signature = request.query.get("hm", "")
        if signature not in one.signatures:
            return self._refuse(request, 403)
        fault = self._faults.of_download(request.path)
        if fault is not None and fault.kind == "expired":
            one.signatures[signature] = 0
            fault = None
        if one.signatures[signature] < time.time():
            return self._refuse(request, 404)
        return await self._send(request, one.file, fault)

    async def _external(self, request: web.Request) -> web.StreamResponse:
        file = self._hosted.get(request.match_info["name"])
        if file is None:
            return self._refuse(request, 404)
        return await self._send(request, file, self._faults.of_download(request.path))

    def _refuse(self, request: web.Request, status: int) -> web.Response:
        self.downloads.append((request.path, status))
        return web.Response(status=status, text=_GONE)

    async def _send(
        self, request: web.Request, file: File, fault: CdnFault | None
    ) -> web.StreamResponse:
        kind = fault.kind if fault else None
        if kind in ("not_found", "error"):
            return self._refuse(request, 404 if kind == "not_found" else 502)
        self.downloads.append((request.path, 200))
        headers = {"Content-Type": file.content_type or "application/octet-stream"}
        response = web.StreamResponse(headers=headers)
        response.content_length = len(file.data) + (1000 if kind == "wrong_length" else 0)
        await response.prepare(request)
        if fault is None:
            await response.write(file.data)
        else:
            await self._badly(request, response, file.data, fault)
        return response

    async def _badly(
        self, request: web.Request, response: web.StreamResponse, data: bytes, fault: CdnFault
    ) -> None:
        half = len(data) // 2
        if fault.kind == "slow":
            pieces = 5
            step = max(1, -(-len(data) // pieces))
            for start in range(0, len(data), step):
                await self._pause(fault.seconds / pieces)
                await response.write(data[start : start + step])
            return
        await response.write(data if fault.kind == "wrong_length" else data[:half])
        if fault.kind == "hang":
            await self._stopping.wait()
        if request.transport is not None:
            request.transport.close()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
