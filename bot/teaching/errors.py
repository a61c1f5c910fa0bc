"""What teaching refuses, in both languages.

Why one class with a code: programs read the code, people read the sentence, and nobody has to
tell a dozen classes apart. The values may be words of strangers: a face escapes them.
"""

from bot.posts import Language
from bot.texts import Text
from model.errors import HoshizoraError


class TeachingError(HoshizoraError):
    """A wish about a taught tag that cannot be granted.

    Attributes:
        code: Part of the public contract.
        text: The sentence that says why, and what to do.
        values: What goes into it, as it came from people.
    """

    def __init__(self, code: str, text: Text, **values: object) -> None:
        super().__init__(text("en", **values))
        self.code = code
        self.text = text
        self.values = values

    def message(self, language: Language) -> str:
        """The sentence, for places that know no formatting."""
        return self.text(language, **self.values)


NO_NAME = Text(
    en="A tag needs a name with at least one letter or digit.",
    ja="タグの名前には、文字か数字が1つ以上必要です。",
)
NAME_TOO_LONG = Text(
    en="A tag's name can have at most {longest} characters. Choose a shorter one.",
    ja="タグの名前は{longest}文字までです。短い名前にしてください。",
)
NAME_TAKEN = Text(
    en="“{name}” already means a tag here: {other}. Choose another name; a tag that was taught "
    "here can be taught further.",
    ja="「{name}」はすでにあるタグ（{other}）の名前です。別の名前にしてください"
    "（ここで教えたタグなら、続けて教えることもできます）。",
)
ALIAS_TAKEN = Text(
    en="“{name}” already means another tag here: {other}. Choose another alias.",
    ja="「{name}」はすでに別のタグ（{other}）の名前です。ほかの別名にしてください。",
)
NO_SUCH_TAG = Text(
    en="No tag “{name}” was taught here. Pick one of this server's own tags.",
    ja="「{name}」という独自のタグはありません。このサーバー独自のタグから選んでください。",
)
NO_TAGS = Text(
    en="No tag was taught here yet. Register one first.",
    ja="独自のタグはまだありません。先にタグを登録してください。",
)
NO_EXAMPLES = Text(
    en="A tag is learnt from examples. Give at least one illustration that has it.",
    ja="タグを覚えるには例が必要です。そのタグに当てはまる作品を1つ以上選んでください。",
)
TOO_MANY_EXAMPLES = Text(
    en="That is {count} examples; at most {most} can be handed in at once.",
    ja="例が{count}件あります。一度に渡せるのは{most}件までです。",
)
NO_SUCH_VERSION = Text(
    en="The tag “{name}” cannot go back to version {version}. "
    "Pick one of its history that still has examples.",
    ja="タグ「{name}」はバージョン{version}に戻せません。"
    "例が残っているバージョンを履歴から選んでください。",
)
NO_EARLIER_VERSION = Text(
    en="The tag “{name}” has no earlier version that still has examples.",
    ja="タグ「{name}」には、例が残っている以前のバージョンがありません。",
)
