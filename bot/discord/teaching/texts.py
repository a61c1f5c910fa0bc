"""The words of teaching: what was learnt, the dialogue, and examples that are handed in."""

from collections.abc import Mapping

from bot.texts import Text

# What was learnt.
REGISTERED = Text(
    en="**{tag}** is a tag of this server now. Examples: {count}.",
    ja="**{tag}** をこのサーバーのタグとして登録しました（例：{count}点）。",
)
HANDED_IN = Text(
    en="Examples added to **{tag}**: {count}.",
    ja="**{tag}** の例を{count}点追加しました。",
)
LEARNT = Text(
    en="**{tag}**: version {version}, learnt from {right} right and {wrong} wrong examples.",
    ja="**{tag}**：バージョン{version}（当てはまる例{right}点、当てはまらない例{wrong}点から学習）",
)
NOT_LEARNT_YET = Text(
    en="**{tag}** is not learnt yet: no example of it is left.",
    ja="**{tag}** はまだ学習していません。例が1点もないためです。",
)
STILL_LEARNING = Text(
    en="I am still learning from what you said last; press **Next** in a moment.",
    ja="いま学習しているところです。少し待ってから「次へ」を押してください。",
)
ALL_THE_SAME = Text(
    en="All examples are the same picture, so they count once. A different one helps much more.",
    ja="例はすべて同じ画像なので、1点として数えます。別の画像を加えると、ずっと正確になります。",
)
SOME_THE_SAME = Text(
    en="Some examples are the same picture; different ones: {distinct}.",
    ja="同じ画像の例がありました（異なる画像は{distinct}点）。",
)
LOOKS_LIKE = Text(
    en="This looks like the tag **{tag}**, which I know already: {percent}% of your examples have "
    "it. If it means the same, `/tag-admin remove` takes the new one away, and `/tag-admin alias` "
    "gives that one its name here.",
    ja="すでにあるタグ **{tag}** に似ています（例の{percent}%に付いています）。"
    "同じ意味なら、`/タグ管理 削除` で新しいタグを消し、`/タグ管理 別名` でそのタグに"
    "別名を付けてください。",
)
NAME_IS_CLOSE = Text(
    en="A tag with a similar name exists: {others}.",
    ja="よく似た名前のタグがあります：{others}",
)
EXAMPLE_FAILED = Text(en="Example {number}: {error}", ja="例{number}：{error}")

NO_EXAMPLE_READ = Text(
    en="Nothing was registered: none of the examples can be read.",
    ja="読み込めた例がないため、登録しませんでした。",
)

# The dialogue.
ASKING = Text(
    en="Which of these have the tag? What you choose is kept at once. **Next** shows others, after "
    "I have learnt from it.",
    ja="次のうち、このタグが当てはまるのはどれですか？選ぶとすぐに記録されます。"
    "「次へ」を押すと、それを学習してから、次の作品を表示します。",
)
NOTHING_TO_ASK = Text(
    en="There is nothing left to ask you about: I ask only about illustrations that you can see "
    "and whose authors let me learn from them (`/privacy opt-in`). The menu **Add as example…** of "
    "any message hands in others.",
    ja="お聞きできる作品がもうありません。お聞きするのは、あなたに見えていて、投稿者が学習を許可"
    "（`/プライバシー 学習を許可`）している作品だけです。ほかの作品は、メッセージのメニューの"
    "「タグの例に追加…」で例にできます。",
)
QUESTION = Text(en="Which of these?", ja="当てはまるのは？")
HAVE_IT = Text(en="These have the tag", ja="当てはまるもの")
LACK_IT = Text(en="These do not", ja="当てはまらないもの")
NEXT = Text(en="Next", ja="次へ")
OTHERS_ARE_WRONG = Text(en="The others do not: next", ja="残りは当てはまらない（次へ）")
DONE = Text(en="Done", ja="終了")
GO_ON_LATER = Text(
    en="Thank you for teaching me **{tag}**! `/tag-admin teach` goes on with it at any time.",
    ja="**{tag}** を教えてくださり、ありがとうございました！"
    "続きは `/タグ管理 教える` でいつでもできます。",
)
TAG_IS_GONE = Text(
    en="This tag was removed; there is nothing to teach any more.",
    ja="このタグは削除されたため、もう教えられません。",
)
GRID_IS_GONE = Text(
    en="I cannot see any more what was asked here. `/tag-admin teach` begins anew.",
    ja="何をお聞きしたのかが分からなくなりました。`/タグ管理 教える` でやり直してください。",
)

# Which tag is meant.
NOT_TAUGHT_HERE = Text(
    en="**{tag}** is a tag that my model knows by itself. This works only with tags that were "
    "taught on this server (`/tag-admin register`).",
    ja="**{tag}** は最初から使えるタグです。この操作は、このサーバーで教えたタグ"
    "（`/タグ管理 登録`）だけに使えます。",
)
NONE_TAUGHT = Text(
    en="No tag was taught on this server yet. `/tag-admin register` begins with a few examples.",
    ja="このサーバーで教えたタグはまだありません。"
    "`/タグ管理 登録` で、例を数点添えて始められます。",
)

# The menu "Add as example…".
WHICH_TAG = Text(
    en="Which tag is this an example of? I will learn from it, whoever posted it.",
    ja="どのタグの例にしますか？（誰の投稿でも、例にしたものは学習に使われます）",
)
WHICH_IMAGES = Text(
    en="There are several images: choose first which of them are examples.",
    ja="画像が複数あります。先に、例にする画像を選んでください。",
)
IMAGES = Text(en="Which images", ja="例にする画像")
OWN_TAGS = Text(en="A tag of this server", ja="このサーバーのタグ")
NEW_OR_OTHER_TAG = Text(en="New or other tag…", ja="新しいタグ・ほかのタグ…")
TAG_NAME = Text(en="Name of the tag", ja="タグの名前")
TAG_NAME_JA = Text(en="Japanese name (may be left out)", ja="日本語の名前（省略できます）")
NO_POST = Text(
    en="Only images that a person has attached to a message here can be examples.",
    ja="例にできるのは、ここで人が投稿したメッセージの添付画像だけです。",
)
FORGOTTEN_FOR_GOOD = Text(
    en="The author of this message had its images forgotten, or has left the server: they cannot "
    "be examples.",
    ja="投稿者がこの画像の記録を削除したか、サーバーを抜けたため、例にはできません。",
)

# Versions.
VERSION = Text(
    en="**{number}** · {right} right, {wrong} wrong · {reason} · {moment}",
    ja="**{number}**・当てはまる例{right}点、当てはまらない例{wrong}点・{reason}・{moment}",
)
VERSION_LABEL = Text(
    en="{number} · {right} right, {wrong} wrong · {moment}",
    ja="{number}・当てはまる例{right}点、当てはまらない例{wrong}点・{moment}",
)
CURRENT = Text(en=" (in use)", ja="（使用中）")
BY = Text(en=" by <@{user}>", ja="（<@{user}>）")
REASONS: Mapping[str, Text] = {
    "taught": Text(en="taught", ja="教えた"),
    "retrained": Text(en="trained again from all feedback", ja="すべての回答から学習し直した"),
    "rolled_back": Text(en="went back to an earlier one", ja="以前のものに戻した"),
    "forgotten": Text(
        en="learnt anew without what was deleted", ja="削除されたものを除いて学習し直した"
    ),
    "bundle": Text(en="learnt anew for a new model", ja="新しいモデルに合わせて学習し直した"),
}
