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
        en="<#{channel}>: **off**. I answer nothing unasked there.",
        ja="<#{channel}>：**オフ**。自動では返信しません。",
    ),
    "reply": Text(
        en="<#{channel}>: **reply**. I answer every image that is posted there from now on.",
        ja="<#{channel}>：**返信**。これから投稿される画像すべてに返信します。",
    ),
    "quiet": Text(
        en=(
            "<#{channel}>: **quiet**. From now on I only react with {reaction} to images that are "
            "posted there, and answer when somebody clicks that reaction."
        ),
        ja=(
            "<#{channel}>：**リアクションのみ**。"
            "これから投稿される画像には {reaction} を付けるだけで、"
            "誰かがそれを押したときに返信します。"
        ),
    ),
}
LACKING = Text(
    en=(
        "⚠️ I lack permissions there: **{permissions}**. Until my role has them, nothing will "
        "happen there."
    ),
    ja=(
        "⚠️ そのチャンネルでの権限が足りません：**{permissions}**。"
        "私のロールに与えられるまで、何も起きません。"
    ),
)
NO_MESSAGE_CONTENT = Text(
    en=(
        "⚠️ It is stored, but I will answer nothing unasked anywhere: this bot runs without "
        "the **Message Content** intent, so Discord does not show me the images in messages. "
        "Whoever runs the bot can enable it in Discord's developer portal. Commands and message "
        "menus work all the same."
    ),
    ja=(
        "⚠️ 設定は保存しましたが、自動の返信はどこでも行われません。"
        "このボットは **Message Content** インテントなしで動いているため、"
        "Discordからメッセージの画像が届きません。"
        "ボットの運営者がDiscordの開発者ポータルで有効にできます。"
        "コマンドとメッセージメニューはそのまま使えます。"
    ),
)

EVERY_TAG = Text(
    en=(
        "Tags count here when I am at least **{percent} %** sure of them, unless a tag has a "
        "threshold of its own."
    ),
    ja=(
        "このサーバーでは、確信度が **{percent} %** 以上のタグを採用します"
        "（個別の設定があるタグを除く）。"
    ),
)
EVERY_TAG_AS_BUNDLE = Text(
    en=(
        "Every tag counts here from the threshold on that was measured for it, unless it has one "
        "of its own here."
    ),
    ja="このサーバーでは、タグごとに測定されたしきい値を使います（個別の設定があるタグを除く）。",
)
ONE_TAG = Text(
    en="**{tag}** counts here when I am at least **{percent} %** sure of it.",
    ja="**{tag}** は、確信度が **{percent} %** 以上のときに採用します。",
)
ONE_TAG_AS_OTHERS = Text(
    en="**{tag}** has no threshold of its own here any more; it counts like the other tags.",
    ja="**{tag}** の個別のしきい値をなくしました。ほかのタグと同じ扱いになります。",
)
MEANING = Text(
    en="Lower: more tags, more mistakes. Higher: fewer tags, surer ones.",
    ja="低くするとタグが増えて間違いも増え、高くするとタグは減って確かになります。",
)

LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "ja": "日本語"}
SPEAKS = Text(
    en="My public answers here are in **{name}**.",
    ja="このサーバーでの公開の返信は **{name}** になります。",
)
SPEAKS_AS_SERVER = Text(
    en="My public answers here are in the server's own language: **{name}**.",
    ja="このサーバーでの公開の返信は、サーバーの言語（**{name}**）になります。",
)
TO_ONE_PERSON = Text(
    en="What only one person sees is in that person's language.",
    ja="本人にだけ見える返信は、その人の言語になります。",
)

TITLE = Text(en="Settings of this server", ja="このサーバーの設定")
LANGUAGE = Text(en="Language", ja="言語")
AUTOTAGGING = Text(en="Auto-tagging", ja="自動タグ付け")
OTHER_CHANNELS = Text(en="Other channels: {mode}", ja="その他のチャンネル：{mode}")
THRESHOLDS = Text(en="Thresholds", ja="しきい値")
HIDDEN = Text(en="Hidden tags", ja="非表示のタグ")
ALIASES = Text(en="Aliases", ja="別名")
NONE = Text(en="none", ja="なし")
MORE = Text(en="… and {count} more", ja="… ほか{count}件")
