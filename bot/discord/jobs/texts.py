"""The words of jobs: how far they are, and how they ended."""

from collections.abc import Mapping

from bot.catalogue.jobs import JobState
from bot.texts import Text

KINDS: Mapping[str, Text] = {
    "teach": Text(en="Learning a new tag", ja="新しいタグの学習"),
    "retrain": Text(en="Learning this server's tags again", ja="このサーバーのタグの再学習"),
    "rebuild": Text(en="Rebuilding the whole model", ja="モデル全体の再構築"),
}
ICONS: Mapping[JobState, str] = {
    "queued": "⏳",
    "running": "⚙️",
    "done": "✅",
    "failed": "⚠️",
    "cancelled": "⏹️",
}
STATES: Mapping[JobState, Text] = {
    "queued": Text(en="waiting", ja="待機中"),
    "running": Text(en="**{percent}%**", ja="実行中（**{percent}%**）"),
    "done": Text(en="done", ja="完了"),
    "failed": Text(en="failed at {percent}%", ja="失敗（{percent}%）"),
    "cancelled": Text(en="cancelled at {percent}%", ja="キャンセル（{percent}%）"),
}
PROGRESS = Text(en="{kind}: {state}", ja="{kind}：{state}")
ONE_JOB = Text(
    en="**{id}** · {progress} · started by {user} {moment}",
    ja="**{id}**・{progress}・開始：{user}（{moment}）",
)
NO_JOBS = Text(
    en="No jobs yet. `/tag-admin retrain` starts one; `/library status` shows imports.",
    ja="ジョブはまだありません。`/タグ管理 再学習` で始められます"
    "（取り込みは `/ライブラリ 状況` に表示されます）。",
)
CANCEL = Text(en="Cancel", ja="キャンセル")
CANCEL_ONE = Text(en="Cancel {id}", ja="{id}をキャンセル")
OVER = Text(en="This job is over already.", ja="このジョブはすでに終わっています。")

NOT_LEARNT = Text(
    en="What cannot be learnt stays as it was; my log says why.",
    ja="学習できなかったタグは今までのままです（詳細はボットのログにあります）。",
)

RETRAINING = Text(
    en="I am learning this server's tags again, from everything that may count: what teachers "
    "said, and what members called right or wrong on illustrations that I may learn from.",
    ja="このサーバーのタグを、使える回答すべてから学習し直しています"
    "（教えた内容と、学習が許可されている作品への正誤の回答）。",
)
REBUILDING = Text(
    en="I am rebuilding the whole model at low priority. It takes hours, and I answer as usual "
    "meanwhile. The new one takes over by itself if it is not worse.",
    ja="モデル全体の再構築を、低い優先度で始めました。数時間かかりますが、その間も普段どおり"
    "使えます。新しいモデルが今より悪くなければ、自動で切り替わります。",
)
SHOWN_HERE = Text(
    en="A message in this channel shows how far it is.",
    ja="進み具合はこのチャンネルのメッセージに表示されます。",
)
ASK_FOR_IT = Text(
    en="I may not write here, so `/tag-admin jobs` shows how far it is.",
    ja="ここには書き込めないため、進み具合は `/タグ管理 ジョブ` で確認してください。",
)
