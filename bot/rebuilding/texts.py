"""What people are told about a rebuild, in both languages."""

from collections.abc import Mapping

from bot.catalogue.jobs import Job
from bot.posts import Language
from bot.reasons import without_directories
from bot.texts import Text

STEPS: Mapping[str, Text] = {
    "export": Text(en="Collecting the illustrations.", ja="作品を集めています。"),
    "pack": Text(en="Reading the illustrations.", ja="作品を読み込んでいます。"),
    "encoder": Text(
        en="Learning to see; this takes the longest.",
        ja="絵の見方を学習しています（いちばん時間がかかります）。",
    ),
    "embed": Text(en="Looking at every illustration.", ja="すべての作品を見ています。"),
    "boosters": Text(en="Learning the tags.", ja="タグを学習しています。"),
    "index": Text(en="Almost done.", ja="もうすぐ終わります。"),
    "compare": Text(
        en="Comparing the new model with the present one.",
        ja="新しいモデルを現在のモデルと比べています。",
    ),
    "publish": Text(en="Almost done.", ja="もうすぐ終わります。"),
}
BEGINS = Text(en="It begins in a moment.", ja="まもなく始まります。")
DONE = Text(
    en="I change over to the new model in the background: {name}",
    ja="新しいモデルにまもなく切り替わります：{name}",
)
UNCHANGED = Text(en="My model stays as it was.", ja="モデルは今までのままです。")
WORSE = Text(
    en=(
        "The new model is worse than the present one, so the present one stays: mean average "
        "precision {new} against {old}, on {images} illustrations that the new one had not seen."
    ),
    ja=(
        "新しいモデルは精度が低かったため、現在のモデルを使い続けます"
        "（学習に使っていない作品{images}点での平均適合率：新{new}・現在{old}）。"
    ),
)
REASONS: Mapping[str, Text] = {
    "incomparable": Text(
        en=(
            "There are too few illustrations to show whether the new model is as good as the "
            "present one, so that one stays. Whoever runs the bot can add a collection "
            "(bot.rebuild.data)."
        ),
        ja=(
            "比較に使える作品が少なく、新しいモデルの精度を確かめられないため、"
            "現在のモデルを使い続けます。ボットの運営者は作品のフォルダーを追加できます"
            "（bot.rebuild.data）。"
        ),
    ),
    "nothing_to_learn": Text(
        en=(
            "There is nothing that I may learn from: nobody has allowed it with `/privacy opt-in`, "
            "and no examples were handed in."
        ),
        ja=(
            "学習に使える作品がありません。`/プライバシー 学習を許可` で許可された作品も、"
            "例として登録された作品もまだありません。"
        ),
    ),
    "internal": Text(
        en="Something unexpected went wrong; the bot's log says what.",
        ja="予期しないエラーが起きました（詳細はボットのログにあります）。",
    ),
}
STOPPED = Text(en="The training program said: {reason}", ja="学習プログラムのメッセージ：{reason}")


def rebuild_text(language: Language, job: Job) -> str:
    """What there is to say of a rebuild beside its state and how far it is."""
    match job.state:
        case "queued":
            return BEGINS(language)
        case "running":
            return STEPS.get(job.message, BEGINS)(language)
        case "done":
            return DONE(language, name=job.message.removeprefix("published "))
        case "cancelled":
            return UNCHANGED(language)
        case _:
            return _failed(language, job.message)


def _failed(language: Language, message: str) -> str:
    code, _, rest = message.partition(" ")
    if code == "worse":
        new, old, images = rest.split(" ")
        return WORSE(language, new=new, old=old, images=f"{int(images):,}")
    if code in REASONS:
        return REASONS[code](language)
    return STOPPED(language, reason=without_directories(rest)) if rest else UNCHANGED(language)
