"""What /settings answers, without any Discord."""

from datetime import UTC, datetime

import discord
import pytest

from bot.discord.client import PERMISSIONS
from bot.discord.embeds import MOST_FIELD_UNITS, MOST_UNITS
from bot.discord.escaping import units
from bot.discord.permissions import NAMES
from bot.discord.settings.describing import (
    Defaults,
    autotag_answer,
    language_answer,
    settings_embed,
    threshold_answer,
    within,
)
from bot.posts import ChannelMode, GuildSettings
from bot.tags.rules import TagRules

NOW = datetime(2025, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("mode", ["off", "reply", "quiet"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_mode_says_what_it_does_in_the_channel(mode, language):
    answer = autotag_answer(language, 77, mode, [], "⭐")
    assert "<#77>" in answer
    assert ("⭐" in answer) is (mode == "quiet")


def test_permissions_that_are_missing_are_named_as_people_know_them():
    answer = autotag_answer("en", 77, "reply", ["embed_links", "attach_files"], "⭐")
    assert "Embed Links, Attach Files" in answer


def test_in_japanese_permissions_are_named_as_discord_names_them_there():
    answer = autotag_answer("ja", 77, "reply", ["embed_links", "attach_files"], "⭐")
    assert "「埋め込みリンク」「ファイルを添付」" in answer


def test_every_permission_that_the_bot_asks_for_has_a_name():
    assert discord.Permissions(**dict.fromkeys(NAMES, True)) == PERMISSIONS


@pytest.mark.parametrize(
    ("percent", "tag", "expected"),
    [
        (40, "", "at least **40%**"),
        (None, "", "standard threshold"),
        (40, "night_sky", "**night\\_sky** here when"),
        (None, "star", "no threshold of its own"),
    ],
)
def test_a_threshold_is_said_with_what_it_means(percent, tag, expected):
    answer = threshold_answer("en", percent, tag)
    assert expected in answer
    assert "Lower: more tags" in answer


def test_the_servers_own_language_is_named():
    assert "server's own language: **日本語**" in language_answer("en", None, "ja")
    assert "**English**" in language_answer("ja", "en", "ja")


def test_nothing_chosen_shows_what_holds_everywhere():
    text = str(settings_embed("en", GuildSettings(), Defaults("off", "ja")).to_dict())
    assert "Off in every channel. `/settings autotag` turns it on." in text
    assert "日本語" in text
    assert text.count("'none'") == 2  # hidden tags, aliases


def test_everything_chosen_shows():
    rules = TagRules(
        hidden=frozenset({"gore"}),
        aliases={"star": "hoshi"},
        thresholds={"sea": 0.25},
        threshold=0.6,
    )
    modes = {5: ChannelMode("quiet", NOW, 1), 4: ChannelMode("reply", NOW, 1)}
    settings = GuildSettings(language="ja", rules=rules, modes=modes)
    fields = {one.name: one.value for one in settings_embed("en", settings, _english()).fields}
    assert "日本語" in fields["Language"]
    assert fields["Auto-tagging"].splitlines() == [
        "<#4>: reply",
        "<#5>: quiet",
        "Other channels: off",
    ]
    assert "60%" in fields["Thresholds"]
    assert "sea: 25%" in fields["Thresholds"]
    assert fields["Hidden tags"] == "gore"
    assert fields["Aliases"] == "star → hoshi"
    told = str(
        settings_embed(
            "ja", settings, _english(), lambda name: {"sea": "海"}.get(name, name)
        ).to_dict()
    )
    assert "海：25%" in told


def test_however_much_was_chosen_it_fits_and_says_how_much_more_there_is():
    names = [f"@everyone **{number}** " + "long" * 30 for number in range(500)]
    rules = TagRules(
        hidden=frozenset(names),
        aliases=dict.fromkeys(names, "星" * 50),
        thresholds=dict.fromkeys(names, 0.5),
    )
    modes = {number: ChannelMode("reply", NOW, 1) for number in range(10**18, 10**18 + 500)}
    for language in ("en", "ja"):
        embed = settings_embed(language, GuildSettings(rules=rules, modes=modes), _english())
        assert (
            units(embed.title) + sum(units(one.name) + units(one.value) for one in embed.fields)
            <= MOST_UNITS
        )
        for field in embed.fields[1:]:
            assert units(field.value) <= MOST_FIELD_UNITS
            assert ("more" if language == "en" else "ほか") in field.value
        assert "@everyone" not in str(embed.to_dict())


def test_lines_that_all_fit_are_all_there():
    assert within(["a", "b"], "en") == "a\nb"
    assert within([], "en") == "none"


def _english() -> Defaults:
    return Defaults("off", "en")
