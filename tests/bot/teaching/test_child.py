"""One teaching process: what it is started with, and how it fails to."""

import pytest

from bot.errors import TeachingFailedError, TeachingLostError, UnavailableError
from bot.inference.supervised import InferenceOptions
from bot.teaching.child import TeacherOptions, TeachingChild, prior_for

pytestmark = pytest.mark.usefixtures("children_from_nothing")
FAKE = "bot.fakes:FakePrior"


def test_a_fake_tagger_has_its_prior_beside_it():
    assert prior_for(InferenceOptions.tagger) == TeacherOptions.prior
    assert prior_for("bot.fakes:FakeTagger") == FAKE


async def test_a_bundle_that_is_refused_is_said_in_its_words(tmp_path):
    with pytest.raises(TeachingFailedError, match="There is no bundle"):
        await TeachingChild.start(TeacherOptions(str(tmp_path / "missing"), FAKE))


async def test_a_process_that_cannot_be_started_is_said_without_directories(monkeypatch):
    monkeypatch.setattr("sys.executable", "/srv/missing/python")
    with pytest.raises(TeachingLostError, match="No such file") as lost:
        await TeachingChild.start(TeacherOptions(prior=FAKE))
    assert "/srv" not in str(lost.value)


async def test_a_process_that_dies_at_its_start_is_lost_and_trying_again_may_help(caplog):
    with pytest.raises(TeachingLostError, match="did not start") as lost:
        await TeachingChild.start(TeacherOptions(prior="bot.fakes:NoSuchPrior"))
    assert isinstance(lost.value, UnavailableError)
    assert "NoSuchPrior" in caplog.text
