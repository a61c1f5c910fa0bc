"""Self-supervision with a weak hint: whatever tags the pictures have.

Networks stand side by side, and each gives its share of the embedding. The first one is
``contrastive``: two changed copies of a picture are to be found again and the picture is to be
given back, so its share says what a picture looks like. The others are told: they are to say yes or
no to each common tag, as the yardstick is, each from a beginning of its own. What says it is thrown
away; what stays is a space in which pictures lie close that share tags, and boosters do the
tagging. So the vocabulary stays open: a tag that nobody has named yet finds its pictures close
together, too.

Why networks of their own: to look alike and to mean the same ask for different numbers, and for
different changes of the pictures. Whoever is to find a copy again must not mind its colours; the
night is known by them. And two that were told the same err differently, so that pictures are close
which both call close (``docs/encoders.md``).
"""

import dataclasses

from model.networks import Network
from model.networks.joined import join
from train.encoders.contrastive import Contrastive
from train.encoders.learner import Learner
from train.encoders.supervised import Supervised
from train.encoders.task import Task
from train.encoders.training import train


def fit(task: Task) -> Network:
    """Fit one network after the other; see ``train.encoders.training`` for errors and resuming."""
    return join([train(one) for one in learners(task)])


def learners(task: Task) -> list[Learner]:
    """Who trains the networks, each with an equal share of the numbers and of the pictures."""
    settings, count = task.settings, task.settings.shares
    width, epochs = settings.width // count, settings.epochs / count
    looks = dataclasses.replace(settings, kind="contrastive", width=width, epochs=epochs)
    told = dataclasses.replace(looks, kind="supervised", augmentation="light")
    tasks = [task.part(number, count, told if number else looks) for number in range(count)]
    return [Contrastive(tasks[0]), *(Supervised(one) for one in tasks[1:])]
