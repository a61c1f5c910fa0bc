"""The words of ``/privacy``."""

from bot.texts import Text

EVERYWHERE = Text(
    en="This applies to you on every server that this bot is on.",
    ja="この設定は、このボットが動いているすべてのサーバーで、あなたに適用されます。",
)

CONSENTS = Text(
    en="✅ You allow me to learn from your illustrations (since {moment}).",
    ja="✅ あなたの作品を学習に使うことを許可しています（{moment}から）。",
)
DOES_NOT_CONSENT = Text(
    en="🔒 I do not learn from your illustrations, but for what an admin hands in as an example: "
    "you have not allowed it.",
    ja="🔒 あなたの作品は、管理者がタグの例にしたものを除き、学習に使われません"
    "（許可していません）。",
)
COUNTS = Text(
    en=(
        "What I keep about you: illustrations **{illustrations}** · posts **{posts}** · "
        "answers on right and wrong tags **{marks}**"
    ),
    ja=(
        "あなたについての記録：作品**{illustrations}**点（投稿**{posts}**件）、"
        "タグの正誤の回答**{marks}**件"
    ),
)
TAUGHT = Text(
    en="Examples that you handed in **{examples}** · tags that you taught **{tags}**",
    ja="タグの例として渡した画像**{examples}**点、教えたタグ**{tags}**件",
)
HOW = Text(
    en=(
        "`/privacy export`: get all of it as a file\n"
        "`/privacy delete`: remove all of it\n"
        "`/privacy opt-in`, `/privacy opt-out`: decide whether I may learn from it"
    ),
    ja=(
        "`/プライバシー 書き出し`：記録をファイルで受け取る\n"
        "`/プライバシー 削除`：記録をすべて削除する\n"
        "`/プライバシー 学習を許可`・`/プライバシー 学習を拒否`：学習に使ってよいかを決める"
    ),
)
OPTED_IN = Text(
    en=(
        "Thank you. From now on I may learn from your illustrations, and from what people say is "
        "right or wrong about their tags. `/privacy opt-out` takes that back at any time."
    ),
    ja=(
        "ありがとうございます。今後、あなたの作品と、そのタグの正誤の回答を学習に使うことがあります。"
        "`/プライバシー 学習を拒否` でいつでも取り消せます。"
    ),
)
OPTED_OUT = Text(
    en=(
        "I will not learn from anything of yours but what an admin hands in as an example of a "
        "tag. What I keep in order to answer, to search and to find similar illustrations stays; "
        "`/privacy delete` removes all of it, examples too."
    ),
    ja=(
        "あなたの作品を学習に使うことはありません（管理者がタグの例にしたものを除く）。"
        "返信・検索・似ている作品のための記録は残ります。"
        "例になったものも含めて削除するには `/プライバシー 削除` を使ってください。"
    ),
)

EXPORTED = Text(
    en="Everything that I keep about you but the thumbnails, as a text file (YAML).{how}",
    ja="あなたについての記録です（YAML形式のテキストファイル。サムネイルは含みません）。{how}",
)
UNPACK = Text(
    en=" It is packed with gzip because it is large.",
    ja="大きいため、gzipで圧縮してあります。",
)
TOO_LARGE = Text(
    en="There is more about you than fits into one file on Discord. Ask whoever runs this bot.",
    ja="記録が多すぎてDiscordのファイルに収まりません。ボットの運営者にお問い合わせください。",
)
HEADING = Text(
    en=(
        "Everything that this bot keeps about you but two things for each image: a small "
        "thumbnail, and the numbers by which similar ones are found. The images themselves are "
        "not kept."
    ),
    ja=(
        "このボットがあなたについて保存しているすべての情報です。ただし、画像ごとの小さなサムネイルと、"
        "似ている作品を探すための数値は含みません。元の画像は保存していません。"
    ),
)

CONFIRM = Text(
    en=(
        "This removes everything that I keep about you, on every server: your illustrations with "
        "their thumbnails and tags, my replies to them, public answers that you asked for, your "
        "answers on right and wrong tags, what you handed in as examples, and your consent to "
        "learning. Your own messages stay, and so do settings that you made and tags that you "
        "taught as an admin, but without your name; those tags forget what goes. It cannot be "
        "undone."
    ),
    ja=(
        "あなたについての記録を、すべてのサーバーで削除します：作品とそのサムネイル・タグ、"
        "それに対するボットの返信、あなたがコマンドで得た公開の返信、タグの正誤の回答、"
        "タグの例として渡した画像、学習の許可。"
        "あなたのメッセージは残ります。管理者として行った設定と教えたタグも残りますが、"
        "あなたが行ったという記録は消え、タグからは削除した記録の分が取り除かれます。"
        "元に戻すことはできません。"
    ),
)
CONFIRM_BUTTON = Text(en="Delete everything about me", ja="自分の記録をすべて削除する")
DELETED = Text(
    en=(
        "Removed: illustrations **{illustrations}** · posts **{posts}** · answers on right and "
        "wrong tags **{marks}** · public answers **{answers}**. My replies disappear within "
        "moments, and within a day no file on my disk holds any of it; only backups that my "
        "operator made before do, until they are deleted.\n"
        "So that no import brings older posts back, I remember the time of this request, and the "
        "posts, under sealed numbers that tell nobody whose they are. "
        "What you post from now on is kept as before, unless you post it where auto-tagging is "
        "off. `/about` says how to remove a single post."
    ),
    ja=(
        "削除しました：作品**{illustrations}**点（投稿**{posts}**件）、タグの正誤の回答**{marks}**件、"
        "公開の返信**{answers}**件。ボットの返信はまもなく消え、1日以内にディスク上のファイルからも"
        "完全に消えます（運営者が以前に作ったバックアップには、それが消されるまで残ります）。\n"
        "以前の投稿が取り込みで戻らないように、削除した時刻と投稿を、"
        "誰のものか読み取れない形でだけ記録します。"
        "これからの投稿は、自動タグ付けがオフのチャンネルを除き、これまでどおり記録されます。"
        "投稿を1つだけ削除する方法は `/このボットについて` をご覧ください。"
    ),
)
