"""The words of ``/tag-admin``."""

from bot.texts import Text

HIDDEN = Text(
    en=(
        "**{tag}** is hidden on this server: it shows neither in answers nor in lists. "
        "`/tag-admin hide` with hidden: False brings it back."
    ),
    ja=(
        "**{tag}** をこのサーバーで非表示にしました（返信にも一覧にも出ません）。"
        "元に戻すには、`/タグ管理 非表示` の「非表示」を False にしてください。"
    ),
)
SHOWN = Text(
    en="**{tag}** is not hidden on this server.",
    ja="**{tag}** はこのサーバーで表示されます。",
)
CALLED = Text(
    en="On this server **{tag}** is called **{alias}**.",
    ja="このサーバーでは、**{tag}** を **{alias}** と呼びます。",
)
CALLED_BY_ITS_NAME = Text(
    en="On this server **{tag}** has no alias any more.",
    ja="このサーバーでの **{tag}** の別名を取り消しました。",
)

ROLLED_BACK = Text(
    en="**{tag}** goes back to version {number}: what it was learnt from then counts again, and "
    "nothing else.",
    ja="**{tag}** をバージョン{number}に戻しました。そのときの例だけが、ふたたび使われます。",
)
GO_BACK_TO = Text(en="Go back to another version", ja="別のバージョンに戻す")
CONFIRM_REMOVAL = Text(
    en="This removes the tag **{tag}** from this server, with everything that was taught about it: "
    "its versions, what people called right or wrong, and example files that no other tag needs. "
    "Posts stay. It cannot be undone.",
    ja="タグ **{tag}** を、教えた内容（バージョン、正誤の回答、ほかのタグで使っていない例の画像）と"
    "ともに、このサーバーから削除します。投稿は残ります。元に戻すことはできません。",
)
GOES_EVERYWHERE = Text(
    en="It shows on every server, and goes from all of them.",
    ja="すべてのサーバーで使われているタグなので、ほかのサーバーからもなくなります。",
)
REMOVE = Text(en="Remove the tag", ja="タグを削除する")
REMOVED = Text(en="**{tag}** is removed.", ja="**{tag}** を削除しました。")
PROMOTED = Text(
    en="**{tag}** shows on every server now. It is still taught only here.",
    ja="**{tag}** をすべてのサーバーで使えるようにしました。教えられるのは、引き続きここだけです。",
)
NOT_PROMOTED = Text(
    en="**{tag}** shows on this server only.",
    ja="**{tag}** はこのサーバーだけで使われます。",
)
