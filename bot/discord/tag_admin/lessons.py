"""``/tag-admin register`` and ``teach``: a new tag from a few examples, and the dialogue."""

import discord
from discord import app_commands

from bot.discord.circumstances import asked_in_guild
from bot.discord.tag_admin.group import NAME, OWN_TAG, TAG_ADMIN, Handlers
from bot.discord.teaching.dialogue import ask_next
from bot.discord.teaching.lesson import lesson_about
from bot.discord.teaching.own_tags import own_choices, require_own
from bot.discord.teaching.registering import register_attachments
from bot.discord.teaching.saying import registered_lines
from bot.discord.translator import named

_AN_EXAMPLE = named("An image that has the tag", "タグが当てはまる画像")


class Lessons(Handlers):
    """Teaches tags."""

    @TAG_ADMIN.command(
        name=named("register", "登録"),
        description=named(
            "Teach me a new tag from 1 to 5 examples",
            "1〜5点の例から、新しいタグを教えます",
        ),
    )
    @app_commands.rename(
        name=NAME,
        name_ja=named("name_ja", "日本語名"),
        **{f"example{n}": named(f"example{n}", f"例{n}") for n in range(1, 6)},
    )
    @app_commands.describe(
        name=named("What the tag is called", "タグの名前"),
        name_ja=named("What it is called in Japanese", "タグの日本語の名前"),
        **{f"example{n}": _AN_EXAMPLE for n in range(1, 6)},
    )
    async def register(
        self,
        interaction: discord.Interaction,
        name: str,
        example1: discord.Attachment,
        name_ja: str = "",
        example2: discord.Attachment | None = None,
        example3: discord.Attachment | None = None,
        example4: discord.Attachment | None = None,
        example5: discord.Attachment | None = None,
    ) -> None:
        """A new tag; the answer is the first grid of the dialogue about it."""
        asked = await asked_in_guild(self._face, interaction)
        given = (example1, example2, example3, example4, example5)
        examples = {place: one for place, one in enumerate(given, start=1) if one is not None}
        registered, failures = await register_attachments(
            self._face, interaction, (name, name_ja), examples
        )
        tag = await self._face.teaching.get(asked.guild.id, registered.name)
        lesson = await lesson_about(self._face, interaction, tag)
        said = registered_lines(asked.language, registered, failures)
        await ask_next(interaction, lesson, said)

    @TAG_ADMIN.command(
        name=named("teach", "教える"),
        description=named(
            "Go on teaching a tag: I show illustrations, you say which have it",
            "タグを続けて教えます（作品を見て、当てはまるかを選びます）",
        ),
    )
    @app_commands.rename(name=NAME)
    @app_commands.describe(name=OWN_TAG)
    async def teach(self, interaction: discord.Interaction, name: str) -> None:
        """The dialogue about one of the guild's own tags."""
        asked = await asked_in_guild(self._face, interaction)
        tag = await require_own(self._face, asked.guild.id, name, asked.settings.rules)
        self._face.skipped.clear(tag.id, interaction.user.id)
        await ask_next(interaction, await lesson_about(self._face, interaction, tag))

    @teach.autocomplete("name")
    async def _complete_own(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await own_choices(self._face, interaction, current)
