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
ALIAS_TOO_LONG = Text(
    en="An alias can have at most {longest} characters.",
    ja="別名は{longest}文字までです。",
)
ALIAS_TAKEN = Text(
    en="“{alias}” already means another tag here: **{other}**. Choose another alias.",
    ja="「{alias}」はすでに別のタグ（**{other}**）の名前です。ほかの別名にしてください。",
)
