"""Taking a bundle over while the bot runs: no answer is dropped, delayed, or of two bundles.

A second inference process gets ready beside the one that answers: the library is embedded for its
encoder, its index filled, taught tags are fitted for it. Then, in one moment, it is the one that is
asked. Whoever asked the old one before gets the old one's answer; it ends when nobody waits for it
any more. What was stored with its encoder meanwhile is embedded right after.

Killed at any point: until the bundle is noted as served the old one is what the next start serves,
and from then on the new one; what is left to do is done in both cases.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from bot.bundles.index_places import index_place, tidy_indexes
from bot.bundles.reembedding import BATCH, PAUSE_SECONDS, Reembedding
from bot.errors import UnavailableError
from bot.inference.client import REQUEST_TIMEOUT_SECONDS, BundleFacts, InferenceClient, Query
from bot.inference.supervised import SupervisedProcess
from bot.inference.supervisor import InferenceSupervisor
from bot.library import Library
from bot.tags.overlay import Overlay

log = logging.getLogger(__name__)

# Whoever took the old process may still have an image to decode before asking it.
GRACE_SECONDS = 30.0
LOOK_SECONDS = 1.0
# After so many losses of a process that has to get ready, that is called a failure.
MOST_LOSSES = 10
# New posts never end; what little came in the last round is embedded after the switch.
MOST_ROUNDS = 10


class Learning(Protocol):
    """Taught tags, which follow to another bundle."""

    async def refit(self, facts: BundleFacts, bundle: str) -> int:
        """Fit every taught tag for a bundle, as far as it is not; returns how many were."""
        ...

    def turn_to(self, bundle: str) -> None:
        """Fit with this bundle from now on."""
        ...

    async def switched(self) -> None:
        """Fit again what was taught while it was not served yet."""
        ...


class Takeover:
    """Lets a bundle take the place of the one that is served."""

    def __init__(
        self,
        library: Library,
        inference: InferenceSupervisor,
        reembedding: Reembedding,
        overlay: Overlay,
        learning: Learning,
    ) -> None:
        self._library = library
        self._inference = inference
        self._reembedding = reembedding
        self._overlay = overlay
        self._learning = learning
        self._turn = asyncio.Lock()
        self.running = False

    async def take(self, bundle: Path, commit: Callable[[], Awaitable[None]]) -> None:
        """Serve a bundle; returns when the old process has ended.

        Args:
            bundle: Its directory.
            commit: Notes that it is served; called right before the switch.

        Raises:
            HoshizoraError: If it cannot be served; the old one goes on then.
        """
        async with self._turn:
            self.running = True
            try:
                old = await self._exchange(bundle, commit)
                await self._see_off(old)
                await self._tidy()
            finally:
                self.running = False

    async def follow(self, client: InferenceClient) -> None:
        """Tell a process that has just started what it cannot know from its bundle."""
        await self._library.follow(client)
        await self._overlay.follow(client)

    async def go_on(self) -> None:
        """Do what was left to do when the bot ended; errors are logged, never raised.

        The bundle may also have been changed by the configuration.
        """
        try:
            await self._inference.ready()
            # Perhaps not the one that was to be served: that may have been refused.
            self._learning.turn_to(self._inference.options.bundle)
            await self._reembedding.run(self._inference)
            await self._learning.switched()
            async with self._turn:
                await self._tidy()
        except Exception:
            log.exception(
                "going on with a new encoder: an unexpected error; so does the next start"
            )

    async def _tidy(self) -> None:
        """Delete embeddings that no bundle needs, here or in another process.

        Whoever is the last to leave an encoder does it.
        """
        catalogue, own = self._library.catalogue, self._inference.facts.encoder_id
        await catalogue.processes.serve(own)
        others = await catalogue.processes.encoders()
        if others is None:
            return
        known = await catalogue.bundles.all()
        to_come = {one.encoder_id for one in known if one.state in ("preparing", "served")}
        for encoder_id in await catalogue.encoders() - {own, *others, *to_come}:
            while await catalogue.forget_embeddings(encoder_id):
                await self._inference.calm()  # one writes at a time, and posts go first

    async def _exchange(
        self, bundle: Path, commit: Callable[[], Awaitable[None]]
    ) -> SupervisedProcess:
        """Get a process ready, and make it the one that is asked.

        Returns:
            The one that was asked before.
        """
        begun, options = time.monotonic(), self._inference.options
        taken = Path(options.index_dir)
        place = index_place(taken.parent, bundle, taken)
        options = replace(options, bundle=str(bundle), index_dir=str(place))
        process = self._inference.beside(options, _nothing)
        try:
            while True:
                client = await self._prepared(process)
                await commit()
                if process.state == "ready" and process.client is client:
                    break
            # The one moment: nothing from here to the return waits for anything.
            self._overlay.serve(client)
            old = self._inference.switch(process)
            self._learning.turn_to(options.bundle)
        except BaseException:
            await process.close()
            await asyncio.to_thread(tidy_indexes, taken)
            raise
        log.info(
            "the bundle %s answers now: %d tags, encoder %s, after %.1f s",
            bundle.name,
            process.vocabulary_size,
            process.facts.encoder_id,
            time.monotonic() - begun,
        )
        return old

    async def _prepared(self, process: SupervisedProcess) -> InferenceClient:
        """Tell a process everything, again if it is lost meanwhile, or the teaching process is.

        Raises:
            UnavailableError: If that goes on.
        """
        losses = 0
        while True:
            await process.ready()
            try:
                # The most of it first, and the index after it, all at once.
                await self._bring_up_to_date(process)
                process.on_start, client = self.follow, process.client
                await self.follow(client)
                await self._library.caught_up()
                for _ in range(MOST_ROUNDS):
                    embedded, fitted = await self._bring_up_to_date(process)
                    if fitted:
                        await self._overlay.follow(client)
                    elif embedded <= BATCH:
                        break
                await _rehearse(client)
                return client
            except UnavailableError as error:
                log.warning("getting a bundle ready: %s", error)
                losses += 1
                if losses == MOST_LOSSES:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)

    async def _bring_up_to_date(self, process: SupervisedProcess) -> tuple[int, int]:
        """Embed and fit what the encoder of a process lacks.

        Returns:
            How many illustrations were embedded, and how many taught tags fitted.
        """
        embedded = await self._reembedding.run(process)
        if self._knows(process.facts):
            return embedded, 0
        return embedded, await self._learning.refit(process.facts, process.options.bundle)

    def _knows(self, facts: BundleFacts) -> bool:
        """Whether taught tags are fitted for a bundle: one of the same prior is served."""
        try:
            return self._inference.facts.prior_id == facts.prior_id
        except UnavailableError:
            return False

    async def _see_off(self, old: SupervisedProcess) -> None:
        """End a process that is not asked any more, when nobody waits for it."""
        before = old.client if old.state == "ready" else None
        try:
            await self._reembedding.run(self._inference)
            await self._learning.switched()
            waited = 0.0
            while waited < GRACE_SECONDS or (old.busy and waited < REQUEST_TIMEOUT_SECONDS):
                await self._reembedding.run(self._inference)
                await asyncio.sleep(LOOK_SECONDS)
                waited += LOOK_SECONDS
        except Exception:  # the new bundle answers, whatever comes
            log.exception("after the switch: an unexpected error; the next start goes on")
        finally:
            if before is not None:
                self._library.leave(before)
            await old.close()
        await self._reembedding.run(self._inference)
        await asyncio.to_thread(tidy_indexes, Path(self._inference.options.index_dir))


async def _rehearse(client: InferenceClient) -> None:
    """Have a plain image described: who takes over must be able to answer.

    Raises:
        UnavailableError: If the process is not there any more.
    """
    size_px = client.facts.image_size_px
    await client.describe([np.full((size_px, size_px, 3), 255, np.uint8)], Query(1, 1))


async def _nothing(_client: InferenceClient) -> None:
    """A process that is not ready for anybody yet needs no index."""
