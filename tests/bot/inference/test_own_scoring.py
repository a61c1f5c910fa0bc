"""Taught tags in the inference process: what they score, and how they stand beside the bundle's."""

import dataclasses

import numpy as np
import pytest

from bot.illustrations import ScoredTag
from bot.inference.own_scoring import OwnScorer, joined
from tests.bot.live_tags import TAGGER, embedded, live

TEAL, RED = (0, 128, 128), (220, 30, 30)


class Broken:
    """A prior that fails at tags of some supports, as at damaged ones."""

    id = TAGGER.prior.id

    def __init__(self, *supports: int, answer: float | None = None) -> None:
        self.supports = supports
        self.answer = answer

    def score(self, taught, embeddings):
        scores = TAGGER.prior.score(taught, embeddings)
        for column, one in enumerate(taught):
            if one.support in self.supports:
                if self.answer is None:
                    raise ZeroDivisionError
                scores[:, column] = self.answer
        return scores

    def evidence(self, taught, embedding):
        raise NotImplementedError


def taught(*tags, prior=TAGGER.prior) -> OwnScorer:
    scorer, unread = OwnScorer(prior).swapped(tags, ())
    assert not unread
    return scorer


def said(scorer, guild_id, *colours):
    return [[tag.name for tag in row] for row in scorer.score(embedded(*colours), guild_id)]


def test_a_guilds_tags_are_scored_there_alone():
    scorer = taught(live("teal", TEAL), live("theirs", RED, tag_id=2, guild_id=8))
    assert said(scorer, 7, TEAL, RED) == [["teal"], ["teal"]]
    assert said(scorer, 8, TEAL) == [["theirs"]]
    assert said(scorer, None, TEAL) == said(scorer, 9, TEAL) == [[]]


def test_a_tag_scores_what_was_handed_in_above_the_rest():
    (teal,), (red,) = taught(live("teal", TEAL)).score(embedded(TEAL, RED), 7)
    assert teal.score > red.score
    assert teal.threshold == red.threshold


def test_nothing_is_scored_for_no_images():
    assert taught(live("teal", TEAL)).score(np.zeros((0, TAGGER.width), np.float32), 7) == []


def test_a_swap_leaves_the_scorer_before_as_it_was():
    before = taught(live("teal", TEAL))
    after, _ = before.swapped([live("teal", RED, name_ja="青緑")], ())
    ((old,),), ((new,),) = before.score(embedded(TEAL), 7), after.score(embedded(TEAL), 7)
    assert (old.name_ja, new.name_ja) == ("", "青緑")
    assert old.score > new.score
    gone, _ = after.swapped([], [1, 99])
    assert said(gone, 7, TEAL) == [[]]
    assert said(after, 7, TEAL) == [["teal"]]


@pytest.mark.parametrize("damage", ["bytes", "bundle"])
def test_a_tag_that_cannot_be_read_is_left_out_and_its_version_before_too(damage, caplog):
    good, bad = live("sea", (40, 120, 190), tag_id=2), live("teal", TEAL, TEAL)
    if damage == "bytes":
        bad = dataclasses.replace(bad, model=bad.model[: len(bad.model) // 2])
    else:
        bad = dataclasses.replace(bad, prior_id="another")
    scorer, unread = taught(live("teal", TEAL)).swapped([good, bad], ())
    assert unread == {1}
    assert said(scorer, 7, TEAL) == [["sea"]]
    assert "taught tag 1" in caplog.text


@pytest.mark.parametrize("broken", [Broken(2), Broken(2, answer=float("nan"))])
def test_a_tag_whose_scoring_fails_costs_no_other_tag_its_answer(broken, caplog):
    scorer = taught(live("teal", TEAL), live("red", RED, (210, 20, 40), tag_id=2), prior=broken)
    assert said(scorer, 7, TEAL, RED) == [["teal"], ["teal"]]
    assert "taught tag 2" in caplog.text


def test_evidence_is_told_for_tags_that_count_where_it_is_asked():
    scorer = taught(live("teal", TEAL))
    (embedding,) = embedded(TEAL)
    assert scorer.evidence(embedding, "teal", 7).having >= 1
    assert scorer.evidence(embedding, "teal", 8) is None
    assert scorer.evidence(embedding, "red", 7) is None


def scored(name: str, score: float, threshold: float = 0.5) -> ScoredTag:
    return ScoredTag(name, "", score, threshold)


def test_own_tags_stand_among_the_bundles_by_falling_score():
    bundle = [scored("sky", 0.9), scored("sea", 0.4), scored("cat", 0.1)]
    own = [scored("ours", 0.6), scored("never", 0.01)]
    assert [tag.name for tag in joined(bundle, own, 3)] == ["sky", "ours", "sea"]
    assert joined(bundle, [], 2) == bundle[:2]
    assert joined([], own, 0) == []


def test_an_own_tag_takes_the_place_of_the_bundles_tag_of_its_name():
    bundle = [scored("sky", 0.9), scored("sea", 0.4)]
    assert joined(bundle, [scored("sky", 0.2)], 5) == [scored("sea", 0.4), scored("sky", 0.2)]


def test_a_sure_own_tag_is_not_cut_off_by_the_bundles_guesses_but_by_what_is_sure():
    guesses = [scored("sky", 0.9), scored("sea", 0.4), scored("cat", 0.3)]
    ours = scored("ours", 0.2, threshold=0.15)
    assert [tag.name for tag in joined(guesses, [ours], 3)] == ["sky", "sea", "ours"]
    sure = [scored("sky", 0.9), scored("sea", 0.8)]
    assert joined(sure, [ours], 2) == sure
    many = [scored(f"ours {n}", 0.2 - n / 100, threshold=0.1) for n in range(4)]
    assert [tag.name for tag in joined(guesses, many, 3)] == ["sky", "ours 0", "ours 1"]
