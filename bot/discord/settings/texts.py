"""The words of ``/settings``."""

from collections.abc import Mapping

from bot.posts import Language, Mode
from bot.texts import Text

MODES: Mapping[Mode, Text] = {
    "off": Text(en="off", ja="オフ"),
    "reply": Text(en="reply", ja="返信"),
    "quiet": Text(en="quiet", ja="リアクションのみ"),
}
# What each mode does, said of one channel.
AUTOTAG: Mapping[Mode, Text] = {
    "off": Text(
        en="<#{channel}>: **off**. I leave the images there alone unless somebody asks me.",
        ja="<#{channel}>：**オフ**。頼まれないかぎり返信しません。",
    ),
    "reply": Text(
        en="<#{channel}>: **reply**. From now on I answer every image that is posted there.",
        ja="<#{channel}>：**返信**。これから投稿される画像すべてに返信します。",
    ),
    "quiet": Text(
        en=(
            "<#{channel}>: **quiet**. From now on I only react with {reaction} to images that are "
            "posted there, and answer when somebody clicks the reaction."
        ),
        ja=(
            "<#{channel}>：**リアクションのみ**。これから投稿される画像に {reaction} を付け、"
            "誰かがそれを押したら返信します。"
        ),
    ),
}
LACKING = Text(
    en=(
        "⚠️ I lack permissions there: **{permissions}**. Give them to my role in the channel's "
        "settings; until then nothing happens there."
    ),
    ja=(
        "⚠️ そのチャンネルでボットの権限が足りません：{permissions}。"
        "チャンネルの設定でボットのロールに権限を付けてください。それまでは何もできません。"
    ),
)
NO_MESSAGE_CONTENT = Text(
    en=(
        "⚠️ Saved, but I cannot answer images by myself anywhere: this bot runs without the "
        "**Message Content** intent, so Discord does not show me what people post. Whoever runs "
        "the bot can enable it in Discord's developer portal. Commands and message menus work "
        "all the same."
    ),
    ja=(
        "⚠️ 設定は保存しましたが、自動の返信はできません。このボットは **Message Content** "
        "インテントなしで動いているため、投稿された画像が見えません。"
        "ボットの運営者がDiscordの開発者ポータルで有効にできます。"
        "コマンドとメッセージのメニューはそのまま使えます。"
    ),
)

EVERY_TAG = Text(
    en=(
        "I show a tag here when it is at least **{percent}%** likely, unless the tag has a "
        "threshold of its own."
    ),
    ja="確率が**{percent}%**以上のタグを表示します（個別のしきい値があるタグを除く）。",
)
EVERY_TAG_AS_BUNDLE = Text(
    en="I use the standard threshold of each tag, unless the tag has one of its own here.",
    ja="タグごとの標準のしきい値を使います（個別のしきい値があるタグを除く）。",
)
ONE_TAG = Text(
    en="I show **{tag}** here when it is at least **{percent}%** likely.",
    ja="**{tag}** は、確率が**{percent}%**以上のときに表示します。",
)
ONE_TAG_AS_OTHERS = Text(
    en="**{tag}** has no threshold of its own here any more; it is treated like the other tags.",
    ja="**{tag}** の個別のしきい値を取り消しました。ほかのタグと同じ扱いになります。",
)
MEANING = Text(
    en="Lower: more tags, more mistakes. Higher: fewer tags, fewer mistakes.",
    ja="低くするとタグも間違いも増え、高くするとどちらも減ります。",
)

LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "ja": "日本語"}
SPEAKS = Text(
    en="My public answers here are in **{name}**.",
    ja="このサーバーでの公開の返信は**{name}**になります。",
)
SPEAKS_AS_SERVER = Text(
    en="My public answers here are in the server's own language: **{name}**.",
    ja="公開の返信は、サーバーの言語（**{name}**）になります。",
)
TO_ONE_PERSON = Text(
    en="Answers that only one person sees are in that person's language.",
    ja="本人だけに見える返信は、その人のDiscordの言語になります。",
)

TITLE = Text(en="Settings of this server", ja="このサーバーの設定")
LANGUAGE = Text(en="Language", ja="言語")
AUTOTAGGING = Text(en="Auto-tagging", ja="自動タグ付け")
OFF_EVERYWHERE = Text(
    en="Off in every channel. `/settings autotag` turns it on.",
    ja="すべてのチャンネルでオフです。`/設定 自動タグ付け` でオンにできます。",
)
ONE_CHANNEL = Text(en="<#{channel}>: {mode}", ja="<#{channel}>：{mode}")
OTHER_CHANNELS = Text(en="Other channels: {mode}", ja="その他のチャンネル：{mode}")
THRESHOLDS = Text(en="Thresholds", ja="しきい値")
ONE_THRESHOLD = Text(en="{tag}: {percent}%", ja="{tag}：{percent}%")
HIDDEN = Text(en="Hidden tags", ja="非表示のタグ")
ALIASES = Text(en="Aliases", ja="別名")
NONE = Text(en="none", ja="なし")
MORE = Text(en="… and {count} more", ja="…ほか{count}件")
