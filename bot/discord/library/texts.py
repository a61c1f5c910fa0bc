"""The words of ``/library``."""

from collections.abc import Mapping

from bot.catalogue.jobs import JobState
from bot.texts import Text

RUNNING = Text(
    en="📥 Importing <#{channel}>: **{percent}%**",
    ja="📥 <#{channel}> を取り込んでいます：**{percent}%**",
)
ENDED: Mapping[JobState, Text] = {
    "done": Text(
        en="✅ <#{channel}> is imported.", ja="✅ <#{channel}> の取り込みが終わりました。"
    ),
    "cancelled": Text(
        en="⏹️ The import of <#{channel}> was cancelled at {percent}%. What was added stays.",
        ja=(
            "⏹️ <#{channel}> の取り込みは{percent}%でキャンセルされました。"
            "追加した作品はそのまま残ります。"
        ),
    ),
    "failed": Text(
        en="⚠️ The import of <#{channel}> stopped at {percent}%.",
        ja="⚠️ <#{channel}> の取り込みは{percent}%で止まりました。",
    ),
}
COUNTS = Text(
    en="messages read: {read} · illustrations added: {taken}",
    ja="読んだメッセージ{read}件・追加した作品{taken}点",
)
PLACE = Text(en="part {place} of {places}", ja="{places}か所中{place}か所目")
NOT_FETCHED = Text(
    en=(
        "The images of some messages could not be fetched ({count}). Import the channel again to "
        "retry them."
    ),
    ja=(
        "画像を取得できなかったメッセージがあります（{count}件）。もう一度取り込むと再試行します。"
    ),
)
NOTHING_NEW = Text(
    en="Nothing there was new to me.",
    ja="新しい作品はありませんでした。",
)
WAITING: Mapping[str, Text] = {
    "discord": Text(
        en="⏳ Discord is not answering; I go on as soon as it does.",
        ja="⏳ Discordの応答を待っています。自動で再開します。",
    ),
    "inference": Text(
        en="⏳ My model is starting; I go on as soon as it is ready.",
        ja="⏳ モデルの起動を待っています。自動で再開します。",
    ),
}
REASONS: Mapping[str, Text] = {
    "forbidden": Text(
        en=(
            "I may not read there any more. Give my role **View Channel** and **Read Message "
            "History**, then import it again; what I have already is skipped."
        ),
        ja=(
            "チャンネルを読めなくなりました。ボットのロールに「チャンネルを見る」と"
            "「メッセージ履歴を読む」の権限を付けて、もう一度取り込んでください。"
            "取り込み済みのものは飛ばします。"
        ),
    ),
    "gone": Text(en="The channel was deleted.", ja="チャンネルが削除されました。"),
    "internal": Text(
        en="Something unexpected went wrong; the bot's log says what. Import it again.",
        ja="予期しないエラーが起きました（詳細はボットのログにあります）。もう一度取り込んでください。",
    ),
}
CANCEL = Text(en="Cancel", ja="キャンセル")
MAY_NOT_CANCEL = Text(
    en="Only people with the permission **Manage Server** can cancel an import.",
    ja="取り込みをキャンセルできるのは「サーバー管理」権限を持つ人だけです。",
)

STARTED_HERE = Text(
    en="The import of <#{channel}> has begun. A message in this channel shows how far it is.",
    ja="<#{channel}> の取り込みを始めました。進み具合はこのチャンネルのメッセージに表示されます。",
)
STARTED = Text(
    en=(
        "The import of <#{channel}> has begun. I may not write here, so ask `/library status` how "
        "far it is."
    ),
    ja=(
        "<#{channel}> の取り込みを始めました。ここには書き込めないため、"
        "進み具合は `/ライブラリ 状況` で確認してください。"
    ),
)
MAY_NOT_READ = Text(
    en="To import <#{channel}> I need these permissions there: **{permissions}**.",
    ja="<#{channel}> を取り込むには、そのチャンネルでボットに権限が必要です：{permissions}",
)
ALREADY_IMPORTING = Text(
    en=(
        "I am importing <#{channel}> already ({percent}%), and do one import at a time. Try again "
        "when it is done."
    ),
    ja=(
        "すでに <#{channel}> を取り込んでいます（{percent}%）。取り込みは一度に1つだけです。"
        "終わってからもう一度お試しください。"
    ),
)
NO_MESSAGE_CONTENT = Text(
    en=(
        "I cannot import anything: this bot runs without the **Message Content** intent, so "
        "Discord does not show me what people post. Whoever runs the bot can enable it in "
        "Discord's developer portal."
    ),
    ja=(
        "取り込みはできません。このボットは **Message Content** インテントなしで動いているため、"
        "投稿された画像が見えません。"
        "ボットの運営者がDiscordの開発者ポータルで有効にできます。"
    ),
)
OVER = Text(en="This import is over already.", ja="この取り込みはすでに終わっています。")

TOTALS = Text(
    en="illustrations **{illustrations}** · posts **{posts}** · channels **{channels}**",
    ja="作品**{illustrations}**点（投稿**{posts}**件、**{channels}**チャンネル）",
)
NO_IMPORTS = Text(
    en="No imports yet. `/library import` adds what was posted before.",
    ja="取り込みはまだありません。`/ライブラリ 取り込み` で過去の投稿を追加できます。",
)
IMPORTS = Text(en="Imports", ja="取り込み")
ONE_IMPORT = Text(
    en="<#{channel}>: {state} · {counts} · started by {user} {moment}",
    ja="<#{channel}>：{state}・{counts}・開始：{user}（{moment}）",
)
STATES: Mapping[JobState, Text] = {
    "queued": Text(en="waiting", ja="待機中"),
    "running": Text(en="running, {percent}%", ja="実行中（{percent}%）"),
    "done": Text(en="done", ja="完了"),
    "failed": Text(en="stopped at {percent}%", ja="停止（{percent}%）"),
    "cancelled": Text(en="cancelled at {percent}%", ja="キャンセル（{percent}%）"),
}
