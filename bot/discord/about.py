"""``/about``: what the bot is, what it knows, and what it keeps of people and why."""

from dataclasses import dataclass
from importlib.metadata import version

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue import GuildTotals
from bot.discord.acknowledging import defer
from bot.discord.circumstances import settings_for
from bot.discord.embeds import COLOUR
from bot.discord.escaping import safe
from bot.discord.face import Face
from bot.discord.languages import language_for
from bot.discord.translator import named
from bot.errors import UnavailableError
from bot.inference.client import BundleFacts
from bot.posts import Language
from bot.texts import Text

MOST_ID_UNITS = 100

TITLE = Text(en="Hoshizora", ja="Hoshizora（星空）")
WHAT = Text(
    en="I look at illustrations: I name their tags, and find illustrations of this server that are "
    "like them. I run on my operator's own machine; no image leaves it.\n"
    "`/describe` · `/similar` · `/search` · `/tags list` · `/tags info` · `/privacy status`, and "
    "“Apps” in the menu of any message with an image.",
    ja="イラストのタグと、このサーバーにある似ている作品をお知らせするボットです。"
    "運営者自身のマシンで動いていて、画像が外部に送られることはありません。\n"
    "`/タグを調べる`・`/似ている作品`・`/検索`・`/タグ 一覧`・`/タグ 詳細`・`/プライバシー 状況` "
    "のほか、画像のあるメッセージのメニューの「アプリ」からも使えます。",
)
VERSION = Text(en="Version", ja="バージョン")
MODEL = Text(en="Model", ja="モデル")
MODEL_FACTS = Text(
    en="{tags:,} tags, encoder {encoder}", ja="タグ{tags:,}個、エンコーダー {encoder}"
)
MODEL_STARTS = Text(en="starting; try again in a moment", ja="準備中です。少しお待ちください。")
LIBRARY = Text(en="Library of this server", ja="このサーバーのライブラリ")
LIBRARY_FACTS = Text(
    en="illustrations: {illustrations:,} · posts: {posts:,}",
    ja="作品{illustrations:,}点（投稿{posts:,}件）",
)
READING = Text(en="Auto-tagging", ja="自動タグ付け")
MAY_READ = Text(
    en="In the channels that an admin has chosen (`/settings autotag`) I answer posted images, or "
    "only react, and answer when somebody clicks the reaction.",
    ja="管理者が `/設定 自動タグ付け` で選んだチャンネルで、投稿された画像に返信します。"
    "リアクションだけを付け、誰かがそれを押したら返信するチャンネルもあります。",
)
MAY_NOT_READ = Text(
    en="**Off everywhere.** I run without the **Message Content** intent, so Discord does not show "
    "me what people post. All commands but `/library import` work, and so do the menus. Whoever "
    "runs me can turn it on in Discord's developer portal (Bot → Message Content Intent) and "
    "restart me.",
    ja="**すべてのチャンネルでオフ**になっています。**Message Content** インテントなしで"
    "動いているため、投稿された画像が見えません。コマンド（`/ライブラリ 取り込み` を除く）と"
    "メニューは使えます。"
    "ボットの運営者がDiscordの開発者ポータル（Bot → Message Content Intent）で有効にして"
    "再起動すると、使えるようになります。",
)
KEPT = Text(en="What I keep, and why", ja="記録するものとその理由")
KEPT_FACTS = Text(
    en="Of each image that is posted where auto-tagging is on, or that an admin imports: a "
    "thumbnail (256 px), about 200 numbers that say what it is like, its tags, its title (the file "
    "name), its size, what was similar, and who posted it, where and when. With these I find "
    "similar illustrations and search by tags. I do not keep the image itself, nor any text of "
    "messages.\n"
    "Of you: which tags you called right or wrong, which public answers you asked for, and whether "
    "I may learn from your illustrations; of admins, what they set, imported and taught.\n"
    "Of images in `/describe`, `/similar` and the menus: nothing.",
    ja="自動タグ付けがオンのチャンネルに投稿された画像と、管理者が取り込んだ画像について："
    "サムネイル（256px）、画像の特徴を表す約200個の数値、タグ、タイトル（ファイル名）、大きさ、"
    "似ていた作品、投稿した人・場所・日時。似ている作品を探し、タグで検索するために使います。"
    "元の画像とメッセージの文章は記録しません。\n"
    "あなたについて：タグの正誤の回答、コマンドで得た公開の返信、学習を許可したかどうか。"
    "管理者については、行った設定と取り込み、教えた内容。\n"
    "`/タグを調べる`・`/似ている作品`・メニューで調べた画像については、何も記録しません。",
)
LEARNING = Text(en="Learning", ja="学習への利用")
LEARNING_FACTS = Text(
    en="Without your consent I learn from nothing that you post, but for what an admin hands in as "
    "an example of a tag. `/privacy opt-in` gives it, `/privacy opt-out` takes it back. What is "
    "deleted is unlearnt: tags that were taught with it are learnt again without it.",
    ja="あなたの投稿が許可なく学習に使われることはありません（管理者がタグの例にしたものを除く）。"
    "`/プライバシー 学習を許可` で許可し、`/プライバシー 学習を拒否` で取り消せます。"
    "記録を削除すると、それを例にしたタグは、その画像を除いて学習し直されます。",
)
DELETION = Text(en="How to remove it", ja="削除するには")
DELETION_FACTS = Text(
    en="Delete your message, and what I keep of it goes, with my reply and its place in other "
    "replies. To keep your message, press **Delete** below my reply and then **Forget the images "
    "too**. `/privacy delete` forgets everything that you posted; `/privacy export` gives it to "
    "you as a file first. If you leave the server, it goes within a day; if I leave, all goes.\n"
    "What goes is shown to nobody from then on, and a day later no file on my disk holds it. "
    "Backups that my operator made before hold it until they are deleted.",
    ja="メッセージを削除すると、その記録とボットの返信が消え、ほかの返信からも見えなくなります。"
    "メッセージを残したいときは、ボットの返信の「削除」、続けて「画像の記録も削除」を"
    "押してください。`/プライバシー 削除` は、あなたの投稿の記録をすべて削除します"
    "（その前に `/プライバシー 書き出し` でファイルとして受け取れます）。"
    "あなたがサーバーを抜けると1日以内に、ボットがサーバーを抜けるとすべて消えます。\n"
    "消えた記録はその時から誰にも表示されず、1日以内にディスク上のファイルからも完全に消えます"
    "（運営者が以前に作ったバックアップには、それが消されるまで残ります）。",
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
        await defer(interaction, ephemeral=True, thinking=True)
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
