"""Which of a guild's own tags is meant."""

from collections.abc import Sequence

import discord
from discord import app_commands

from bot.catalogue import TaughtTag
from bot.discord.autocompleting import all_names, named_tag, one_name, require_tag
from bot.discord.circumstances import settings_for
from bot.discord.errors import RefusalError
from bot.discord.face import Face
from bot.discord.languages import language_for
from bot.discord.tag_admin.deciding import all_shown
from bot.discord.teaching import texts
from bot.errors import UnavailableError
from bot.illustrations import VocabularyTag
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch


def search_among(tags: Sequence[TaughtTag]) -> TagSearch:
    """Finds tags of a guild's own, learnt or not."""
    return TagSearch([VocabularyTag(one.name, one.name_ja, 0.0, 0) for one in tags])


async def require_own(face: Face, guild_id: int, text: str, rules: TagRules) -> TaughtTag:
    """The tag of the guild's own that a text names; one that is hidden here can be taught too.

    Raises:
        RefusalError: If there is none; it says why, and which ones may have been meant.
    """
    tags = await face.teaching.own(guild_id)
    if not tags:
        raise RefusalError(texts.NONE_TAUGHT)
    search, everything = search_among(tags), all_shown(rules)
    found = named_tag(search, text, everything)
    if found is None:
        other = _known(face, guild_id, text, everything)
        if other is not None:
            raise RefusalError(texts.NOT_TAUGHT_HERE, tag=all_names(other, rules))
        found = require_tag(search, text, everything)
    return next(one for one in tags if one.name == found.name)


async def own_choices(
    face: Face, interaction: discord.Interaction, typed: str
) -> list[app_commands.Choice[str]]:
    """The choices for an option that takes one of the guild's own tags."""
    if interaction.guild_id is None:
        return []
    settings = await settings_for(face, interaction)
    language, rules = language_for(interaction, settings), all_shown(settings.rules)
    search = search_among(await face.teaching.own(interaction.guild_id))
    found = one_name(search, typed, language, rules)
    return [app_commands.Choice(name=label, value=value) for label, value in found]


def _known(face: Face, guild_id: int, text: str, rules: TagRules) -> VocabularyTag | None:
    """A tag that is known here although nobody taught it here."""
    try:
        return face.service.tags_of(guild_id).exact(text, rules)
    except UnavailableError:
        return None
