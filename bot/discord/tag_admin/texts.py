"""The words of ``/tag-admin``."""

from bot.texts import Text

HIDDEN = Text(
    en=(
        "**{tag}** never shows on this server any more: not in answers, not in lists. "
        "`/tag-admin hide` with hidden: False brings it back."
    ),
    ja=(
        "**{tag}** はこのサーバーではもう表示されません（返信にも一覧にも）。"
        "`/tag-admin hide` で「非表示」を False にすると元に戻ります。"
    ),
)
SHOWN = Text(
    en="**{tag}** may show on this server.",
    ja="**{tag}** はこのサーバーで表示されます。",
)
CALLED = Text(
    en="On this server **{tag}** is called **{alias}**.",
    ja="このサーバーでは **{tag}** を **{alias}** と呼びます。",
)
CALLED_BY_ITS_NAME = Text(
    en="**{tag}** has no other name on this server any more.",
    ja="このサーバーでの **{tag}** の別名をなくしました。",
)
ALIAS_TOO_LONG = Text(
    en="An alias has at most {longest} characters.",
    ja="別名は{longest}文字までです。",
)
ALIAS_TAKEN = Text(
    en="“{alias}” already means another tag here: **{other}**. Choose another name.",
    ja="「{alias}」はここではすでに別のタグ（**{other}**）を指しています。ほかの名前にしてください。",
)
