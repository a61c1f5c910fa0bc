"""Commands in Japanese: what Discord is told, what it would refuse, when it is told."""

import json
from collections.abc import AsyncIterator

import discord
import pytest
from discord import app_commands

from bot.discord.translator import (
    Translator,
    command_payload,
    named,
    payload_digest,
    sync_if_changed,
)


class CountingTree(app_commands.CommandTree):
    """Counts how often Discord would have been told, and can fail as Discord can."""

    told = 0
    failure: Exception | None = None

    async def sync(self, *, guild=None):
        if self.failure:
            raise self.failure
        self.told += 1
        return []


class Facts(dict):
    """The small facts of a catalogue, in memory."""

    async def get(self, key):
        return super().get(key)

    async def put(self, key, value):
        self[key] = value


@pytest.fixture
async def tree() -> AsyncIterator[CountingTree]:
    async with discord.Client(intents=discord.Intents.none(), application_id=11) as client:
        made = CountingTree(client)
        await made.set_translator(Translator())
        yield made


def describe(
    name=("describe", "説明"),
    description=("Say what is on an image.", "画像に何が描かれているかを答えます。"),
    option=("image", "画像"),
    choice=("Only me", "自分だけ"),
) -> app_commands.Command:
    @app_commands.command(name=named(*name), description=named(*description))
    @app_commands.rename(shown=named("for", "見せる相手"), image=named(*option))
    @app_commands.describe(image=named("The image.", "調べる画像です。"), shown="Who sees it.")
    @app_commands.choices(shown=[app_commands.Choice(name=named(*choice), value="me")])
    async def command(interaction: discord.Interaction, image: discord.Attachment, shown: str):
        """Never called."""

    return command


def menu(en: str, ja: str) -> app_commands.ContextMenu:
    async def callback(interaction: discord.Interaction, message: discord.Message):
        """Never called."""

    return app_commands.ContextMenu(name=named(en, ja), callback=callback)


async def test_names_and_descriptions_are_told_in_japanese_beside_the_english(tree):
    tree.add_command(describe())
    tree.add_command(menu("Find similar", "似ている画像を探す"))
    tags = app_commands.Group(name=named("tags", "タグ"), description=named("Tags.", "タグです。"))
    tags.add_command(describe(("info", "詳細")))
    tree.add_command(tags)

    command, group, context_menu = await command_payload(tree)

    assert (command["name"], command["name_localizations"]) == ("describe", {"ja": "説明"})
    assert command["description"] == "Say what is on an image."
    assert command["description_localizations"]["ja"].startswith("画像に")
    image, shown = command["options"]
    assert (image["name"], image["name_localizations"]) == ("image", {"ja": "画像"})
    assert image["description_localizations"] == {"ja": "調べる画像です。"}
    assert (shown["name"], shown["name_localizations"]) == ("for", {"ja": "見せる相手"})
    assert "description_localizations" not in shown
    assert shown["choices"][0]["name_localizations"] == {"ja": "自分だけ"}
    assert group["name_localizations"] == {"ja": "タグ"}
    assert group["options"][0]["name_localizations"] == {"ja": "詳細"}
    assert context_menu["name_localizations"] == {"ja": "似ている画像を探す"}


async def test_the_payload_is_what_discord_py_sends(tree, monkeypatch):
    sent = []

    async def receive(application_id, payload):
        sent.append((application_id, payload))
        return []

    monkeypatch.setattr(tree.client.http, "bulk_upsert_global_commands", receive)
    tree.add_command(describe())
    tree.add_command(menu("Find similar", "似ている画像を探す"))
    await app_commands.CommandTree.sync(tree)
    assert sent == [(11, await command_payload(tree))]


async def test_without_a_translator_commands_are_told_in_english(tree):
    await tree.set_translator(None)
    tree.add_command(describe())
    (command,) = await command_payload(tree)
    assert "name_localizations" not in command


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ("describe", "説明する！")},
        {"name": ("describe", "説明 する")},
        {"name": ("describe", "Setsumei")},
        {"name": ("describe", "")},
        {"name": ("describe", "説" * 33)},
        {"option": ("image", "画像・絵")},
        {"description": ("Say what is on an image.", "")},
        {"description": ("Say what is on an image.", "画" * 101)},
        {"description": ("x" * 101, "画像")},
        {"choice": ("Only me", "自" * 101)},
        {"option": ("image", "見せる相手")},
    ],
)
async def test_what_discord_would_refuse_is_an_error_that_names_the_command(tree, changed):
    group = app_commands.Group(name="tags", description="Tags.")
    group.add_command(describe(**changed))
    tree.add_command(group)
    with pytest.raises(ValueError, match="/tags describe"):
        await command_payload(tree)


@pytest.mark.parametrize("name", ["説明", "タグ-一覧", "データ", "a_b-c", "説" * 32])
async def test_what_discord_takes_is_taken(tree, name):
    tree.add_command(describe((name if name.isascii() else "describe", name)))
    assert len(await command_payload(tree)) == 1


async def test_menus_may_have_spaces_and_share_names_with_commands_but_not_with_each_other(tree):
    tree.add_command(describe())
    tree.add_command(menu("Describe this image", "説明"))
    assert len(await command_payload(tree)) == 2
    tree.add_command(menu("Find similar", "説明"))
    with pytest.raises(ValueError, match="Two names"):
        await command_payload(tree)


async def test_commands_with_the_same_japanese_name_are_an_error(tree):
    tree.add_command(describe())
    tree.add_command(describe(("search", "説明")))
    with pytest.raises(ValueError, match="説明"):
        await command_payload(tree)


async def test_a_japanese_name_may_not_be_the_english_one_of_a_command_without_japanese(tree):
    tree.add_command(describe(("search", "about")))
    tree.add_command(app_commands.Group(name="about", description="About."))
    with pytest.raises(ValueError, match="about"):
        await command_payload(tree)


async def test_discord_is_told_once_and_again_when_something_changed(tree):
    facts = Facts()
    tree.add_command(describe())
    told = [await sync_if_changed(tree, facts) for _ in range(3)]
    assert (told, tree.told) == ([True, False, False], 1)

    tree.remove_command("describe")
    tree.add_command(describe(description=("Say what is on an image.", "画像を説明します。")))
    assert await sync_if_changed(tree, facts)
    assert not await sync_if_changed(tree, facts)
    assert tree.told == 2


async def test_another_application_is_told_the_same_commands(tree):
    payload = await command_payload(tree)
    assert payload_digest(payload, 11) != payload_digest(payload, 12)


async def test_the_order_of_commands_does_not_count(tree):
    tree.add_command(describe())
    tree.add_command(menu("Find similar", "似ている画像を探す"))
    payload = await command_payload(tree)
    assert payload_digest(payload, 11) == payload_digest(payload[::-1], 11)
    assert payload_digest(payload, 11) == payload_digest(json.loads(json.dumps(payload)), 11)


async def test_what_discord_did_not_take_is_tried_again(tree):
    facts = Facts()
    tree.failure = RuntimeError("Discord is away")
    with pytest.raises(RuntimeError):
        await sync_if_changed(tree, facts)
    tree.failure = None
    assert await sync_if_changed(tree, facts)


async def test_before_the_login_there_is_nobody_to_tell():
    async with discord.Client(intents=discord.Intents.none()) as client:
        with pytest.raises(app_commands.MissingApplicationID):
            await sync_if_changed(CountingTree(client), Facts())
