"""Teaching survives kill -9 at any moment: what was acknowledged is there, nothing is half there.

A bot is taught over HTTP (registering, marking, going back, retraining, removing) and killed at
random moments, while it refits and publishes; then it is started again and looked into. The figure:

    HOSHIZORA_KILLS=50 python -m pytest tests/bot/test_kills.py -s
"""

import http.client
import os
import random
import shutil
import sqlite3
import threading
import time
import urllib.error
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from model.teaching import Taught
from tests.bot.local_process import RunningBot, running

KILLS = int(os.environ.get("HOSHIZORA_KILLS", "3"))
LONGEST_LIFE_SECONDS = 2.0
SECONDS_PER_KILL = 60
POSTS = 18
MOST_TAGS = 4
PATIENCE_SECONDS = 30.0
KILLED = (ConnectionError, http.client.HTTPException, urllib.error.URLError)

Marks = dict[str, dict[int, bool]]


class Lessons:
    """Teaches a bot, and remembers what it has acknowledged.

    Attributes:
        marks: By tag and illustration what was said last; a tag without marks is a tag.
        in_doubt: What the marks are if what was asked for last happened, though nobody said so.
        versions: By tag and number, what was said of each version.
    """

    def __init__(self, data: Path, chance: random.Random) -> None:
        self.data = data
        self.chance = chance
        self.posts: list[int] = []
        self.marks: Marks = {}
        self.in_doubt: Marks | None = None
        self.versions: dict[tuple[str, int], tuple[object, ...]] = {}
        self._named = 0

    def go_on(self, bot: RunningBot) -> None:
        """Ask for one thing after the other until the bot is killed."""
        while True:
            lesson = self.chance.choice(
                [self.register, self.mark, self.mark, self.hand_in, self.back, self.wait]
                + [self.retrain] * (self.chance.random() < 0.3)
                + [self.remove] * (len(self.marks) >= MOST_TAGS)
            )
            try:
                lesson(bot)
            except urllib.error.HTTPError as error:
                with error:
                    raise AssertionError(f"{lesson.__name__}: {error.read().decode()}") from error

    def register(self, bot: RunningBot) -> None:
        if len(self.marks) >= MOST_TAGS:
            return
        self._named += 1
        name, examples = f"lesson {self._named}", self.some(5)
        wish = {"name": name, "examples": examples}
        after = self.marks | {name: dict.fromkeys(examples, True)}
        self.ask(after, lambda: bot.send("POST", "/api/v1/tags", wish))

    def mark(self, bot: RunningBot) -> None:
        if name := self.any():
            verdicts = {id_: self.chance.choice([True, True, False, None]) for id_ in self.some(9)}
            said = self.marks[name] | verdicts
            kept = {id_: right for id_, right in said.items() if right is not None}
            wish = {"name": name, "verdicts": {str(id_): verdicts[id_] for id_ in verdicts}}
            after = self.marks | {name: kept}
            self.ask(after, lambda: bot.send("POST", "/api/v1/taught/marks", wish))

    def hand_in(self, bot: RunningBot) -> None:
        if name := self.any():
            examples = self.some(3)
            after = self.marks | {name: self.marks[name] | dict.fromkeys(examples, True)}
            wish = {"name": name, "examples": examples}
            self.ask(after, lambda: bot.send("POST", "/api/v1/taught/examples", wish))

    def back(self, bot: RunningBot) -> None:
        name = self.any()
        numbers = [number for tag, number in self.versions if tag == name]
        if name is None or not numbers:
            return
        number = self.chance.choice(numbers)
        fitted = examples_of(self.data, name)[number]
        if any(fitted.values()):
            wish = {"name": name, "version": number}
            after = self.marks | {name: fitted}
            self.ask(after, lambda: bot.send("POST", "/api/v1/taught/rollback", wish))

    def wait(self, bot: RunningBot) -> None:
        """Until all is live; then versions have been shown to somebody."""
        if name := self.any():
            work_off(bot, self.data)
            query = name.replace(" ", "%20")
            for one in bot.get(f"/api/v1/taught/history?name={query}")["versions"]:
                facts = tuple(one[key] for key in ("reason", "positives", "negatives"))
                assert self.versions.setdefault((name, one["number"]), facts) == facts

    def retrain(self, bot: RunningBot) -> None:
        if self.marks:
            bot.send("POST", "/api/v1/retrain", {})

    def remove(self, bot: RunningBot) -> None:
        name = self.any()
        after = {tag: marks for tag, marks in self.marks.items() if tag != name}
        path = f"/api/v1/taught?name={name}".replace(" ", "%20")
        self.ask(after, lambda: bot.send("DELETE", path))

    def ask(self, after: Marks, request: Callable[[], object]) -> None:
        self.in_doubt = after
        request()
        self.marks, self.in_doubt = after, None

    def settle(self, marks: Marks) -> None:
        """Take what is there now as what was acknowledged."""
        assert marks in (self.marks, self.in_doubt)
        self.marks, self.in_doubt = marks, None
        self.versions = {key: facts for key, facts in self.versions.items() if key[0] in marks}

    def any(self) -> str | None:
        return self.chance.choice(sorted(self.marks)) if self.marks else None

    def some(self, most: int) -> list[int]:
        return self.chance.sample(self.posts, self.chance.randint(1, most))


def rows(data: Path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(f"file:{data / 'catalogue.sqlite'}", uri=True)) as opened:
        return opened.execute(statement).fetchall()


def marks_of(data: Path) -> Marks:
    marks: Marks = {name: {} for (name,) in rows(data, "SELECT name FROM taught_tags")}
    for name, id_, right in rows(data, 'SELECT name, illustration_id, "right" FROM marks'):
        marks[name][id_] = bool(right)
    return marks


def versions_of(data: Path) -> dict[tuple[str, int], tuple[object, ...]]:
    found = rows(
        data,
        "SELECT t.name, v.number, v.reason, v.positives, v.negatives FROM tag_versions v "
        "JOIN taught_tags t ON t.id = v.tag_id",
    )
    return {(name, number): tuple(facts) for name, number, *facts in found}


def examples_of(data: Path, name: str) -> dict[int, dict[int, bool]]:
    """What each version of a tag was fitted on, by its number."""
    examples: dict[int, dict[int, bool]] = {}
    for tag, number, id_, right in rows(
        data,
        'SELECT t.name, v.number, e.illustration_id, e."right" FROM tag_versions v '
        "JOIN taught_tags t ON t.id = v.tag_id "
        "LEFT JOIN version_examples e ON e.version_id = v.id",
    ):
        if tag == name:
            fitted = examples.setdefault(number, {})
            if id_ is not None:
                fitted[id_] = bool(right)
    return examples


def nothing_is_broken(data: Path) -> None:
    assert rows(data, "PRAGMA integrity_check") == [("ok",)]
    assert rows(data, "PRAGMA foreign_key_check") == []
    for model, positives, negatives, right, wrong in rows(
        data,
        'SELECT model, positives, negatives, sum(e."right"), sum(1 - e."right") '
        "FROM tag_versions v LEFT JOIN version_examples e ON e.version_id = v.id GROUP BY v.id",
    ):
        assert (positives, negatives) == (right or 0, wrong or 0)
        if model is not None:
            assert Taught.from_bytes(model).encoder_id == "fake-colours"


def work_off(bot: RunningBot, data: Path) -> None:
    """Wait until nothing is left to be refitted, or the bot was killed."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while rows(data, "SELECT id FROM refits"):
        if bot.process.poll() is not None:
            raise ConnectionAbortedError
        assert time.monotonic() < ends, bot.log.read_text()
        time.sleep(0.02)


def everything_is_served(bot: RunningBot, lessons: Lessons) -> None:
    """What is served is what was said, and what was asked for has been done."""
    work_off(bot, lessons.data)
    served = {one["name"]: one["version"] for one in bot.get("/api/v1/taught")["tags"]}
    assert set(served) == set(lessons.marks)
    for name, marks in lessons.marks.items():
        examples = examples_of(lessons.data, name)
        newest = max(examples)
        assert examples[newest] == marks
        assert served[name] == (newest if any(marks.values()) else 0)
    assert rows(lessons.data, "SELECT id FROM jobs WHERE state NOT IN ('done', 'cancelled')") == []


def moment(lessons: Lessons) -> str:
    """In the midst of what it was killed, as its files tell."""
    left = lessons.data.parent / "left"
    shutil.rmtree(left, ignore_errors=True)
    left.mkdir()
    for file in lessons.data.glob("catalogue.sqlite*"):
        shutil.copy(file, left)
    asked = "nothing was asked"
    if lessons.in_doubt is not None:
        asked = "written" if marks_of(left) == lessons.in_doubt else "not written"
        asked = f"what was asked is {asked}"
    ((waiting,),) = rows(left, "SELECT count(*) FROM refits")
    return f"{asked}, {waiting} refits wait"


@pytest.mark.timeout(120 + KILLS * SECONDS_PER_KILL)
def test_what_was_acknowledged_survives_kill_9_at_random_moments(tmp_path, picture):
    chance = random.Random(4)
    lessons = Lessons(tmp_path / "data", chance)
    for kill in range(KILLS + 1):
        with running(tmp_path) as bot:
            bot.ready()
            if kill == 0:
                colours = [[chance.randrange(256) for _ in range(3)] for _ in range(POSTS)]
                lessons.posts = [bot.post(picture(tuple(colour)))["id"] for colour in colours]
            else:
                lessons.settle(marks_of(lessons.data))
                assert set(versions_of(lessons.data).items()) >= set(lessons.versions.items())
                everything_is_served(bot, lessons)
                nothing_is_broken(lessons.data)
            if kill < KILLS:
                life = chance.uniform(0, LONGEST_LIFE_SECONDS)
                killer = threading.Timer(life, bot.process.kill)
                killer.start()
                with pytest.raises(KILLED):
                    lessons.go_on(bot)
                killer.join()
                bot.process.wait()
                print(f"kill {kill + 1}, {life:.2f} s after the start: {moment(lessons)}")
