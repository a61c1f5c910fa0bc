"""Answers of commands that everybody sees: noted, so that they too follow what is forgotten.

Such an answer is about one image. What it says of that is kept nowhere but in the answer itself,
so that part of it is left as it is; the similar illustrations are rendered again.
"""

import discord

from bot.catalogue import Catalogue, NewAnswer
from bot.discord.languages import language_of
from bot.discord.rendering import Renderer
from bot.discord.scopes import Scopes
from bot.discord.texts import SIMILAR
from bot.illustrations import Neighbour
from bot.places import Place
from bot.replies import Finding, Reply, make_reply


class PublicAnswers:
    """Notes public answers and renders them again."""

    def __init__(self, catalogue: Catalogue, scopes: Scopes, renderer: Renderer) -> None:
        self._catalogue = catalogue
        self._scopes = scopes
        self._renderer = renderer

    async def note(
        self, message: discord.Message, place: Place, asker_id: int, reply: Reply
    ) -> None:
        """Note an answer right after it was sent."""
        shown = [one.illustration for one in reply.shown]
        rows = [Neighbour(one.id, one.distance) for one in shown]
        await self._catalogue.answers.add(NewAnswer(message.id, place, asker_id), rows)

    async def render_again(self, guild: discord.Guild, message: discord.PartialMessage) -> None:
        """Show what an answer showed, as far as it exists and may still be shown.

        Raises:
            discord.HTTPException: If Discord does not take it.
        """
        found = await self._catalogue.answers.get(message.id)
        if found is None:
            return
        answer, rows = found
        scope = await self._scopes.public(guild, answer.place)
        (visible,) = await self._catalogue.resolve([rows], scope)
        settings = await self._catalogue.guilds.settings(guild.id)
        language = language_of(guild, settings)
        said = await message.fetch()
        covered = any(one.filename.startswith("SPOILER_") for one in said.attachments)
        finding = Finding("", similar=visible, spoiler=covered)
        rendered = await self._renderer.render(make_reply([finding], language, settings.rules))
        embeds = [embed.copy() for embed in said.embeds]
        _renew(embeds[0], rendered.embeds[0])
        await message.edit(embeds=embeds, attachments=rendered.files())


def _renew(embed: discord.Embed, fresh: discord.Embed) -> None:
    """Take the field of similar illustrations and the picture over; leave what else is said."""
    headings = {SIMILAR.en, SIMILAR.ja}
    field = next((one for one in fresh.fields if one.name in headings), None)
    for place, old in enumerate(embed.fields):
        if old.name in headings and field is not None:
            embed.set_field_at(place, name=old.name, value=field.value, inline=False)
    if fresh.image.url and embed.image.url:
        embed.set_image(url=fresh.image.url)
    else:
        embed.set_image(url=None)
