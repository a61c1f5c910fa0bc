"""The one answer to a post: composed of what the catalogue knows and of what may be shown now.

Composing reads the catalogue alone, so that an answer can be given again: by whoever clicks in a
quiet channel, after a restart, and when something that it showed was forgotten.
"""

from collections.abc import Mapping, Sequence

import discord

from bot.catalogue import Catalogue
from bot.discord.embeds import FEW_IMAGES
from bot.discord.languages import language_of
from bot.discord.rendering import Rendered, Renderer
from bot.discord.scopes import Scopes
from bot.illustrations import Illustration, Neighbour, SimilarIllustration
from bot.metrics import Stopwatch
from bot.posts import Post
from bot.replies import Finding, Reply, make_reply
from bot.service import Service

NEIGHBOURS = 5
# With many images a section shows fewer similar ones: the picture stays readable.
NEIGHBOURS_OF_MANY = 3


class Answering:
    """Composes and renders what is said about posts."""

    def __init__(
        self, service: Service, catalogue: Catalogue, scopes: Scopes, renderer: Renderer
    ) -> None:
        self._service = service
        self._catalogue = catalogue
        self._scopes = scopes
        self._renderer = renderer

    async def fresh(self, guild: discord.Guild, post: Post, watch: Stopwatch) -> Rendered:
        """The answer to a post that has none yet: searches what is similar and may be shown.

        Raises:
            UnavailableError: If inference is not there.
        """
        scope = await self._scopes.public(guild, post.place)
        wanted = NEIGHBOURS if len(post.attachments) <= FEW_IMAGES else NEIGHBOURS_OF_MANY
        with watch.stage("search"):
            similar = await self._service.similar(post.illustration_ids, scope, wanted)
        # What is shown is noted first: should one of these be forgotten while the answer is on
        # its way, the answer is known to show it.
        rows = {
            id_: [Neighbour(one.id, one.distance) for one in found]
            for id_, found in similar.items()
        }
        await self._catalogue.posts.showing(post.id, rows)
        found = await self._catalogue.illustrations(post.illustration_ids)
        with watch.stage("draw"):
            return await self._rendered(guild, post, found, similar)

    async def again(self, guild: discord.Guild, post: Post) -> Rendered:
        """The answer to a post as it stands: what it showed, as far as it may still be shown."""
        scope = await self._scopes.public(guild, post.place)
        found = await self._catalogue.illustrations(post.illustration_ids)
        similar = {
            one.id: tuple(near for near in one.similar if scope.includes(near.place))
            for one in found
        }
        return await self._rendered(guild, post, found, similar)

    async def _rendered(
        self,
        guild: discord.Guild,
        post: Post,
        found: Sequence[Illustration],
        similar: Mapping[int, Sequence[SimilarIllustration]],
    ) -> Rendered:
        """Drawing takes its time, and permissions change: what may not show afterwards goes."""
        while True:
            reply = await self._compose(guild, post, found, similar)
            rendered = await self._renderer.render(reply)
            scope = await self._scopes.public(guild, post.place)
            if all(scope.includes(one.illustration.place) for one in reply.shown):
                return rendered
            similar = {
                id_: [one for one in row if scope.includes(one.place)]
                for id_, row in similar.items()
            }

    async def _compose(
        self,
        guild: discord.Guild,
        post: Post,
        found: Sequence[Illustration],
        similar: Mapping[int, Sequence[SimilarIllustration]],
    ) -> Reply:
        settings = await self._catalogue.guilds.settings(guild.id)
        tags = {one.id: one.tags for one in found}
        findings = [
            Finding(
                title=one.title,
                tags=tags.get(one.illustration_id or 0, ()),
                similar=similar.get(one.illustration_id or 0, ()),
                spoiler=one.spoiler,
                error=one.error,
            )
            for one in post.attachments
        ]
        return make_reply(findings, language_of(guild, settings), settings.rules)
