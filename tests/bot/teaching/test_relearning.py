"""Taught tags are fitted for another bundle beside the teacher that works."""

import numpy as np

from bot.fakes import FakeIdentity, FakePrior, FakeTagger, publish_fake
from bot.inference.client import BundleFacts
from bot.teaching.relearning import Relearning
from bot.teaching.teacher import Teacher, TeacherOptions

OPTIONS = TeacherOptions(prior="bot.fakes:FakePrior")
OTHER = FakeIdentity("other-colours")
NONE = np.zeros((0, FakeTagger.width), np.float32)


class FakeTeaching:
    """Has one tag, of one example."""

    def __init__(self) -> None:
        self.fitting: list[int | None] = []
        self.switches = 0

    async def refit_for(self, bundle, teacher):
        fitted = await teacher.fit(
            bundle.prior_id, np.ones((1, FakeTagger.width), np.float32), NONE
        )
        self.fitting.append(teacher.pid)
        return fitted.support

    async def switched(self):
        self.switches += 1


async def test_tags_are_fitted_by_a_process_of_the_new_bundle_that_ends_then(tmp_path, catalogue):
    bundle = str(publish_fake(tmp_path / "other", OTHER).directory)
    teaching, teacher = FakeTeaching(), Teacher(OPTIONS)
    await teacher.warm_up()
    pid = teacher.pid
    relearning = Relearning(teaching, teacher, OPTIONS, catalogue.turns)
    other = FakePrior.load(bundle).id
    facts = BundleFacts(OTHER.encoder_id, other, FakeTagger.width, 16, ())
    assert await relearning.refit(facts, bundle) == 1
    assert teacher.pid == pid
    assert teaching.fitting[0] not in (pid, None)
    relearning.turn_to(bundle)
    await relearning.switched()
    assert teaching.switches == 1
    embedding = np.ones((1, FakeTagger.width), np.float32)
    assert (await teacher.fit(other, embedding, NONE)).support == 1
    pid = teacher.pid
    relearning.turn_to(bundle)
    assert teacher.pid == pid
    relearning.turn_to("")
    assert (await teacher.fit(FakePrior.load().id, embedding, NONE)).support == 1
    await teacher.close()
