"""A message's images into the library: download → decode → infer → store."""

import discord

from bot.catalogue import Catalogue
from bot.discord.posting.downloading import Downloads
from bot.discord.posting.qualifying import images_of, title_of
from bot.errors import UnknownPostError
from bot.metrics import Stopwatch
from bot.pipeline import Candidate, Pipeline
from bot.places import AttachmentKey
from model.errors import ImageError


class Bringing:
    """Brings what was attached to claimed posts."""

    def __init__(self, pipeline: Pipeline, catalogue: Catalogue, downloads: Downloads) -> None:
        self._pipeline = pipeline
        self._posts = catalogue.posts
        self._downloads = downloads

    async def bring(self, message: discord.Message, watch: Stopwatch) -> None:
        """Bring every image that is not there yet, one at a time: each may have 25 MiB.

        Raises:
            UnknownPostError: If the post was forgotten meanwhile.
            discord.NotFound: If the message is gone.
            UnavailableError: If inference is not there.
            aiohttp.ClientError: If Discord does not hand a file out.
        """
        post = await self._posts.get(message.id)
        if post is None:
            raise UnknownPostError(f"The post {message.id} was deleted.")
        known = {one.attachment_id for one in post.attachments}
        for place, attachment in enumerate(images_of(message.attachments)):
            if attachment.id not in known:
                await self._bring_one(message, attachment, place, watch)

    async def _bring_one(
        self, message: discord.Message, attachment: discord.Attachment, place: int, watch: Stopwatch
    ) -> None:
        key = AttachmentKey(
            post_id=message.id,
            attachment_id=attachment.id,
            place=place,
            title=title_of(attachment),
            spoiler=attachment.is_spoiler(),
        )

        async def fresh_url() -> str | None:
            found = await message.channel.fetch_message(message.id)
            return next((one.url for one in found.attachments if one.id == attachment.id), None)

        try:
            with watch.stage("download"):
                data = await self._downloads.fetch(attachment.url, attachment.size, fresh_url)
            candidate = Candidate(
                data, message.guild.id if message.guild else 0, "posted", key.title, attachment=key
            )
            (outcome,) = await self._pipeline.ingest([candidate], watch)
        except ImageError as error:
            outcome = error
        if isinstance(outcome, ImageError):
            await self._posts.note_error(key, outcome.code)
