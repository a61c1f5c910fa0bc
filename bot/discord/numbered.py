"""Buttons and selects that carry one number in their ids: what they are about.

Each is made anew at every click, from its id alone: that is what lets it outlive a restart.
"""

import re
from typing import Any, ClassVar, Self

import discord

from bot.posts import Language
from bot.texts import Text

NEVER = r"(?!)"

Button = discord.ui.Button[discord.ui.View]
Select = discord.ui.Select[discord.ui.View]


class NumberedButton(discord.ui.DynamicItem[Button], template=NEVER):
    """A button whose id is the kind's name and a number.

    Attributes:
        number: What it is about; the only group of the kind's template.
    """

    name: ClassVar[str]
    label: ClassVar[Text]
    emoji: ClassVar[str | None] = None
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary

    def __init__(self, number: int, language: Language = "en") -> None:
        super().__init__(
            discord.ui.Button(
                style=self.style,
                label=self.label(language),
                emoji=self.emoji,
                custom_id=f"{self.name}:{number}",
            )
        )
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew at a click."""
        return cls(int(match[1]))


class NumberedSelect(discord.ui.DynamicItem[Select], template=NEVER):
    """A select whose id is the kind's name and a number.

    Attributes:
        number: What it is about; the only group of the kind's template.
    """

    name: ClassVar[str]

    def __init__(self, number: int, select: Select | None = None) -> None:
        select = select or discord.ui.Select()
        select.custom_id = f"{self.name}:{number}"
        super().__init__(select)
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Made anew at a click."""
        return cls(int(match[1]))
