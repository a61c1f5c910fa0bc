"""The teaching process: what it answers, and what it never imports."""

import subprocess
import sys

from bot.processes.frames import Frame
from bot.teaching.process import Executor
from tests.bot.live_tags import NONE, TAGGER, embedded

TEAL = (0, 128, 128)


def test_an_unknown_wish_and_one_of_the_wrong_shape_are_answered_and_it_goes_on(caplog):
    executor = Executor(TAGGER.prior)
    assert "failed" in executor.answer(Frame({"operation": "dance"})).header
    assert "failed" in executor.answer(Frame({"operation": "score"}, (b"", b"123"))).header
    wish = {"operation": "fit", "prior_id": TAGGER.prior.id}
    blobs = (embedded(TEAL).tobytes(), NONE.tobytes())
    assert executor.answer(Frame(wish, blobs)).header["support"] == 1


def test_the_same_examples_give_the_same_model():
    executor = Executor(TAGGER.prior)
    executor.warm_up()
    wish = {"operation": "fit", "prior_id": TAGGER.prior.id}
    frame = Frame(wish, (embedded(TEAL).tobytes(), NONE.tobytes()))
    assert executor.answer(frame) == executor.answer(frame)


def test_it_never_imports_tensorflow():
    script = "import sys, bot.teaching.process; print({'tensorflow', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
