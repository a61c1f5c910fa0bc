"""The words of ``/library``."""

from collections.abc import Mapping

from bot.catalogue.jobs import JobState
from bot.texts import Text

RUNNING = Text(
    en="📥 Importing <#{channel}>: **{percent} %**",
    ja="📥 <#{channel}> を取り込んでいます：**{percent} %**",
)
ENDED: Mapping[JobState, Text] = {
    "done": Text(
        en="✅ <#{channel}> is imported.", ja="✅ <#{channel}> の取り込みが終わりました。"
    ),
    "cancelled": Text(
        en="⏹️ The import of <#{channel}> was cancelled at {percent} %. What was taken stays.",
        ja=("⏹️ <#{channel}> の取り込みは {percent} % で中止されました。取り込んだものは残ります。"),
    ),
    "failed": Text(
        en="⚠️ The import of <#{channel}> stopped at {percent} %.",
        ja="⚠️ <#{channel}> の取り込みは {percent} % で止まりました。",
    ),
}
COUNTS = Text(
    en="{read} messages read, {taken} illustrations taken",
    ja="読んだメッセージ {read} 件、取り込んだ作品 {taken} 点",
)
PLACE = Text(en="part {place} of {places}", ja="{places} か所中 {place} か所目")
NOT_FETCHED = Text(
    en=(
        "The images of {count} messages could not be fetched; importing the channel again tries "
        "them once more."
    ),
    ja="{count} 件のメッセージの画像を取得できませんでした。もう一度取り込むと再試行します。",
)
WAITING: Mapping[str, Text] = {
    "discord": Text(
        en="⏳ Discord does not answer at the moment; I go on by myself.",
        ja="⏳ Discordが応答していません。自動で再開します。",
    ),
    "inference": Text(
        en="⏳ My model is starting; I go on by myself.",
        ja="⏳ モデルの起動を待っています。自動で再開します。",
    ),
}
REASONS: Mapping[str, Text] = {
    "forbidden": Text(
        en=(
            "I may not read there any more. Give my role **View Channel** and **Read Message "
            "History** and import it again: what is known already is passed over."
        ),
        ja=(
            "チャンネルを読めなくなりました。私のロールに「チャンネルを見る」と「メッセージ履歴を読む」を"
            "与えて、もう一度取り込んでください。取り込み済みのものは飛ばします。"
        ),
    ),
    "gone": Text(en="The channel was deleted.", ja="チャンネルが削除されました。"),
    "internal": Text(
        en="Something unexpected went wrong; the bot's log says what. Try it again.",
        ja="予期しないエラーが起きました（詳細はボットのログにあります）。もう一度お試しください。",
    ),
}
CANCEL = Text(en="Cancel", ja="中止")

STARTED_HERE = Text(
    en="The import of <#{channel}> has begun; the message below shows how far it is.",
    ja="<#{channel}> の取り込みを始めました。進み具合は下のメッセージに表示されます。",
)
STARTED = Text(
    en=(
        "The import of <#{channel}> has begun. I may not write here; `/library status` says how "
        "far it is."
    ),
    ja=(
        "<#{channel}> の取り込みを始めました。ここには書き込めないため、"
        "進み具合は `/library status` で確認してください。"
    ),
)
MAY_NOT_READ = Text(
    en="To import <#{channel}> I need these permissions there: **{permissions}**.",
    ja="<#{channel}> を取り込むには、そこでの権限が必要です：**{permissions}**",
)
ALREADY_IMPORTING = Text(
    en=(
        "<#{channel}> is being imported already ({percent} %). One import at a time: try again "
        "later."
    ),
    ja=(
        "すでに <#{channel}> を取り込んでいます（{percent} %）。"
        "一度に一つだけです。あとでお試しください。"
    ),
)
NO_MESSAGE_CONTENT = Text(
    en=(
        "I cannot import anything: this bot runs without the **Message Content** intent, so "
        "Discord does not show me the images in messages. Whoever runs the bot can enable it in "
        "Discord's developer portal."
    ),
    ja=(
        "取り込みはできません。このボットは **Message Content** インテントなしで動いているため、"
        "Discordからメッセージの画像が届きません。"
        "ボットの運営者がDiscordの開発者ポータルで有効にできます。"
    ),
)
OVER = Text(en="This import is over already.", ja="この取り込みはすでに終わっています。")

TOTALS = Text(
    en="**{illustrations}** illustrations from **{posts}** posts in **{channels}** channels.",
    ja="**{channels}** チャンネルの投稿 **{posts}** 件から、作品 **{illustrations}** 点。",
)
NO_IMPORTS = Text(
    en="Nothing has been imported yet: `/library import`.",
    ja="まだ取り込みはありません：`/library import`",
)
IMPORTS = Text(en="Imports", ja="取り込み")
ASKED_BY = Text(en="asked for by <@{user}> {moment}", ja="<@{user}> が依頼（{moment}）")
STATES: Mapping[JobState, Text] = {
    "queued": Text(en="waiting", ja="待機中"),
    "running": Text(en="running, {percent} %", ja="実行中 {percent} %"),
    "done": Text(en="done", ja="完了"),
    "failed": Text(en="stopped at {percent} %", ja="{percent} % で停止"),
    "cancelled": Text(en="cancelled at {percent} %", ja="{percent} % で中止"),
}
