"""The words of ``/privacy``."""

from bot.texts import Text

EVERYWHERE = Text(
    en="This is about you, on every server where this bot runs.",
    ja="これはあなた自身についての設定で、このボットが動いているすべてのサーバーに適用されます。",
)

CONSENTS = Text(
    en="✅ You have allowed me to learn from your illustrations (since {moment}).",
    ja="✅ あなたの作品から学習することが許可されています（{moment}から）。",
)
DOES_NOT_CONSENT = Text(
    en="🔒 You have not allowed me to learn from your illustrations.",
    ja="🔒 あなたの作品から学習することは許可されていません。",
)
COUNTS = Text(
    en=(
        "Of you I keep **{illustrations}** illustrations in **{posts}** posts, and **{marks}** "
        "marks."
    ),
    ja=(
        "あなたについて、作品 **{illustrations}** 点（投稿 **{posts}** 件）と"
        "評価 **{marks}** 件を保存しています。"
    ),
)
HOW = Text(
    en="`/privacy opt-in` · `opt-out` · `export` (a file with all of it) · `delete` (all of it)",
    ja=(
        "`/privacy opt-in`（許可）・`opt-out`（取り消し）・"
        "`export`（すべてをファイルで）・`delete`（すべて削除）"
    ),
)
OPTED_IN = Text(
    en=(
        "Thank you. From now on I may learn from your illustrations, and your marks on them count. "
        "`/privacy opt-out` takes that back at any time."
    ),
    ja=(
        "ありがとうございます。これからあなたの作品を学習に使い、作品への評価も反映します。"
        "`/privacy opt-out` でいつでも取り消せます。"
    ),
)
OPTED_OUT = Text(
    en=(
        "Nothing of yours will be learnt from. What I keep to answer and to find similar "
        "illustrations stays; `/privacy delete` removes it."
    ),
    ja=(
        "あなたの作品は学習に使われません。返信と似た作品探しのための情報は残ります。"
        "`/privacy delete` で削除できます。"
    ),
)

EXPORTED = Text(
    en="Everything that I keep about you, as a text file (YAML).{how}",
    ja="あなたについて保存しているすべての情報です（YAML形式のテキストファイル）。{how}",
)
UNPACK = Text(
    en=" It is packed with gzip because it is large.",
    ja=" 大きいためgzipで圧縮してあります。",
)
TOO_LARGE = Text(
    en="There is more about you than fits into one file on Discord. Ask whoever runs this bot.",
    ja="情報が多すぎてDiscordのファイルに収まりません。このボットの運営者に問い合わせてください。",
)
HEADING = Text(
    en="Everything that this bot keeps about you. Pictures themselves are not kept.",
    ja="このボットがあなたについて保存しているすべての情報です。画像そのものは保存していません。",
)

CONFIRM = Text(
    en=(
        "This removes everything that I keep about you on every server: your illustrations with "
        "their previews and tags, my answers to them, your marks, and your consent. Your own "
        "messages on Discord stay, and so does what you chose for a server as its admin. "
        "It cannot be undone."
    ),
    ja=(
        "すべてのサーバーで、あなたについて保存している情報をすべて削除します：作品とそのプレビュー・タグ、"
        "それに対する私の返信、あなたの評価、学習の許可。Discord上のあなたのメッセージと、"
        "管理者としてサーバーに行った設定は残ります。"
        "元に戻すことはできません。"
    ),
)
CONFIRM_BUTTON = Text(en="Delete everything about me", ja="私の情報をすべて削除する")
DELETED = Text(
    en=(
        "Done. **{illustrations}** illustrations in **{posts}** posts, **{marks}** marks and "
        "**{answers}** answers are gone, and I learn from nothing of yours. My replies disappear "
        "within moments.\nI remember only this moment, so that no import brings older posts back. "
        "What you post from now on is treated as before."
    ),
    ja=(
        "削除しました：作品 **{illustrations}** 点（投稿 **{posts}** 件）、評価 **{marks}** 件、"
        "返信 **{answers}** 件。学習にも使いません。私の返信はまもなく消えます。\n"
        "以前の投稿が取り込みで戻らないように、この時刻だけを覚えておきます。"
        "これからの投稿はこれまでどおり扱います。"
    ),
)
