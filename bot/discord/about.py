"""``/about``: what the bot is, what it knows, and what it keeps of people and why."""

from dataclasses import dataclass
from importlib.metadata import version

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue import GuildTotals
from bot.discord.circumstances import settings_for
from bot.discord.embeds import COLOUR
from bot.discord.escaping import safe
from bot.discord.face import Face
from bot.discord.languages import language_for
from bot.discord.translator import named
from bot.errors import UnavailableError
from bot.inference import BundleFacts
from bot.posts import Language
from bot.texts import Text

MOST_ID_UNITS = 100

TITLE = Text(en="Hoshizora", ja="Hoshizora（星空）")
WHAT = Text(
    en="I look at illustrations: I tell their tags, and which illustrations of this server are "
    "like them. I run on somebody's own machine; no image goes anywhere else.\n"
    "`/describe` · `/similar` · `/search` · `/tags list` · `/tags info` · `/privacy`, and "
    "“Apps” in the menu of any message with an image.",
    ja="イラストのタグと、このサーバーにある似ている作品をお知らせするボットです。"
    "個人や団体が自分のマシンで動かしていて、画像が外部に送られることはありません。\n"
    "`/describe`・`/similar`・`/search`・`/tags list`・`/tags info`・`/privacy` のほか、"
    "画像のあるメッセージのメニューの「アプリ」からも使えます。",
)
VERSION = Text(en="Version", ja="バージョン")
MODEL = Text(en="Model", ja="モデル")
MODEL_FACTS = Text(en="{tags} tags, encoder {encoder}", ja="タグ{tags}個、エンコーダー {encoder}")
MODEL_STARTS = Text(en="starting; try again in a moment", ja="準備中です。少しお待ちください")
LIBRARY = Text(en="Kept of this server", ja="このサーバーの記録")
LIBRARY_FACTS = Text(
    en="illustrations: {illustrations} · posts: {posts}",
    ja="作品{illustrations}点（投稿{posts}件）",
)
READING = Text(en="Answering posts", ja="投稿への自動返信")
MAY_READ = Text(
    en="I may read messages, so I answer posted images in the channels where an admin has turned "
    "that on with `/settings autotag`.",
    ja="メッセージを読む権限があるため、管理者が `/settings autotag` でオンにした"
    "チャンネルでは、投稿された画像に返信します。",
)
MAY_NOT_READ = Text(
    en="**Off everywhere.** Discord has not given me the “Message Content” permission, so I cannot "
    "see which images people post, and never answer unasked. Everything that you ask for works. "
    "Whoever runs me can turn it on in Discord's developer portal (Bot → Message Content Intent) "
    "and restart me.",
    ja="**すべてのチャンネルでオフ**になっています。Discordの「Message Content」権限がないため、"
    "投稿された画像が見えず、自動では返信できません。コマンドやメニューはすべて使えます。"
    "運営者がDiscordの開発者ポータル（Bot → Message Content Intent）で有効にして再起動すると、"
    "使えるようになります。",
)
KEPT = Text(en="What I keep, and why", ja="保存するものとその理由")
KEPT_FACTS = Text(
    en="Of an image that I answer, or that an admin has me import: a thumbnail (256 px), a vector "
    "(some 200 numbers that say what it is like), its tags, its title (from the file name), and "
    "who posted it where. Without these I could neither find similar illustrations nor search "
    "by tags. The image itself is not kept, and no text of messages.\n"
    "Of you: which tags you called right or wrong, which public answers you asked for, and "
    "whether you allowed learning.\n"
    "Of images in `/describe`, `/similar` and the menus: nothing.",
    ja="返信した画像と、管理者が取り込ませた画像について：サムネイル（256px）、特徴ベクトル"
    "（画像の特徴を表す約200個の数値）、タグ、タイトル（ファイル名から）、誰がどこに投稿したか。"
    "似ている作品を探し、タグで検索するために必要です。元の画像とメッセージの文章は保存しません。\n"
    "あなたについて：タグの正誤の回答、あなたが頼んだ公開の返事、学習を許可したかどうか。\n"
    "`/describe`・`/similar`・メニューで調べた画像は、何も保存しません。",
)
LEARNING = Text(en="Learning", ja="学習への利用")
LEARNING_FACTS = Text(
    en="Nothing that you post is learnt from without consent: only if you allow it with "
    "`/privacy opt-in` (and take it back with `/privacy opt-out`), or if an admin hands an "
    "illustration in as an example of a tag.",
    ja="投稿が同意なく学習に使われることはありません。使われるのは、あなたが "
    "`/privacy opt-in` で許可した場合（`/privacy opt-out` で取り消せます）と、"
    "管理者が作品をタグの例として登録した場合だけです。",
)
DELETION = Text(en="Taking it back", ja="削除するには")
DELETION_FACTS = Text(
    en="Delete your message: everything that I keep of it goes, with my reply and its place in "
    "other replies. `/privacy delete` does so for all that you posted, `/privacy export` gives "
    "you all of it as a file, `/privacy status` says how things stand. If you leave, it goes "
    "within a day; if I leave the server, all of it goes.",
    ja="メッセージを削除すると、その記録も、私の返信も、ほかの返信に出ていた画像もすべて消えます。"
    "`/privacy delete` はあなたの投稿すべてについて同じことをします。`/privacy export` で記録を"
    "ファイルとして受け取り、`/privacy status` で今の状態を確認できます。あなたがサーバーを"
    "抜けると1日以内に、私がサーバーを抜けるとすべて消えます。",
)


@dataclass(frozen=True)
class Facts:
    """What the bot tells about itself.

    Attributes:
        version: Of the program.
        bundle: What is being served; None: inference has not started yet.
        reads_messages: Whether it may see what people post.
        totals: What is kept of the guild; None: it is asked in a direct message.
    """

    version: str
    bundle: BundleFacts | None
    reads_messages: bool
    totals: GuildTotals | None


def about_embed(facts: Facts, language: Language) -> discord.Embed:
    """Everything about the bot on one card."""
    embed = discord.Embed(title=TITLE(language), description=WHAT(language), colour=COLOUR)
    embed.add_field(name=VERSION(language), value=facts.version)
    embed.add_field(name=MODEL(language), value=_model_words(facts.bundle, language))
    if facts.totals is not None:
        words = LIBRARY_FACTS(language, **vars(facts.totals))
        embed.add_field(name=LIBRARY(language), value=words)
    reading = MAY_READ if facts.reads_messages else MAY_NOT_READ
    for name, value in (
        (READING, reading),
        (KEPT, KEPT_FACTS),
        (LEARNING, LEARNING_FACTS),
        (DELETION, DELETION_FACTS),
    ):
        embed.add_field(name=name(language), value=value(language), inline=False)
    return embed


def _model_words(bundle: BundleFacts | None, language: Language) -> str:
    if bundle is None:
        return MODEL_STARTS(language)
    encoder = safe(bundle.encoder_id, MOST_ID_UNITS)
    return MODEL_FACTS(language, tags=len(bundle.vocabulary), encoder=encoder)


class About(commands.Cog):
    """Tells who asks what the bot is and what it keeps."""

    def __init__(self, client: commands.AutoShardedBot, face: Face) -> None:
        self._client = client
        self._face = face

    @app_commands.command(
        name=named("about", "このボットについて"),
        description=named("What I am, what I keep and why", "このボットと、保存するデータについて"),
    )
    async def about(self, interaction: discord.Interaction) -> None:
        """Everything about the bot."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = await settings_for(self._face, interaction)
        facts = await self._facts(interaction.guild_id)
        embed = about_embed(facts, language_for(interaction, settings))
        await interaction.followup.send(embed=embed, ephemeral=True)

    async def _facts(self, guild_id: int | None) -> Facts:
        face = self._face
        totals = None if guild_id is None else await face.catalogue.posts.totals(guild_id)
        try:
            bundle = face.service.inference.facts
        except UnavailableError:
            bundle = None
        return Facts(version("hoshizora"), bundle, self._client.intents.message_content, totals)
