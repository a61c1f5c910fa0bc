"""Taught tags are fitted for another bundle beside the teacher that works."""

import asyncio

import numpy as np

from bot.catalogue import Catalogue
from bot.fakes import FakeIdentity, FakePrior, FakeTagger, publish_fake
from bot.inference.client import BundleFacts
from bot.teaching.relearning import Relearning
from bot.teaching.teacher import Teacher, TeacherOptions
from tests.bot.postgresql import on_postgresql

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


class SlowTeaching:
    """Takes its time, and notes how many do so at once."""

    def __init__(self) -> None:
        self.at_it = self.most = 0

    async def refit_for(self, _bundle, _teacher):
        self.at_it += 1
        self.most = max(self.most, self.at_it)
        await asyncio.sleep(0.1)
        self.at_it -= 1
        return 1


@on_postgresql
async def test_of_processes_that_turn_to_a_bundle_one_fits_at_a_time(catalogue, url):
    others = await Catalogue.open(url, "other")
    teaching, facts = SlowTeaching(), BundleFacts("enc", "prior", FakeTagger.width, 16, ())
    processes = [
        Relearning(teaching, Teacher(OPTIONS), OPTIONS, one.turns) for one in (catalogue, others)
    ]
    assert await asyncio.gather(*(one.refit(facts, "") for one in processes)) == [1, 1]
    assert teaching.most == 1
    await others.close()
