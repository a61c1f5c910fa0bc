"""train/consented.py: nothing is learnt without consent, and only what people say counts."""

import numpy as np
import pytest

from bot.illustrations import LOCAL_GUILD
from train.consented import consented_ids, read_consented

MIRA, BO, TEACHER = 1, 2, 9
GUILD, OTHER_GUILD = 70, 71


def read(community):
    return {one.id: one for one in read_consented(community.url).illustrations}


def tags_of(community, illustration_id):
    one = read(community)[illustration_id]
    return set(one.tags), set(one.tags_ja)


def test_nobody_has_said_yes_so_nothing_may_be_learnt_from(community):
    community.post(MIRA)
    assert read(community) == {}


def test_an_author_who_says_yes_is_learnt_from_until_they_say_no(community):
    (hers,), (_his,) = community.post(MIRA), community.post(BO)
    community.opt_in(MIRA)
    assert set(read(community)) == {hers}
    community.do(lambda catalogue: catalogue.people.opt_out(MIRA))
    assert read(community) == {}


def test_what_an_admin_hands_in_is_learnt_from_whoever_drew_it(community):
    first, _second = community.post(BO, 2)
    community.teach("dusk", first)
    assert set(read(community)) == {first}


def test_everything_of_the_local_channel_is_learnt_from(community):
    mine = community.local()
    community.post(MIRA)
    assert set(read(community)) == {mine}


def test_what_is_forgotten_is_not_there_any_more(community):
    mine = community.local()
    community.do(lambda catalogue: catalogue.remove([mine]))
    assert read(community) == {}


def test_it_is_what_the_bot_itself_may_learn_from(community):
    """Two programs hold the same rule, so that one of them cannot grow lax."""
    community.opt_in(MIRA)
    ids = [*community.post(MIRA, 2), *community.post(BO, 2), *community.post(BO, guild=OTHER_GUILD)]
    community.teach("dusk", ids[2])
    community.local()
    trainable = [
        community.do(lambda catalogue, guild=guild: catalogue.taught.trainable_ids(guild))
        for guild in (LOCAL_GUILD, GUILD, OTHER_GUILD)
    ]
    assert consented_ids(community.url) == set(np.concatenate(trainable).tolist())
    assert consented_ids(community.url) == set(read(community))


def test_nothing_that_the_bot_said_is_a_tag(community):
    """It was sure of the sea."""
    assert tags_of(community, community.local()) == (set(), set())


def test_tags_that_came_with_it_are_kept_in_both_languages(community, tagged):
    given = tagged(moon="月", night="", 着物="着物")
    assert tags_of(community, community.local(**given)) == ({"moon", "night"}, {"月", "着物"})


@pytest.mark.parametrize(
    ("verdicts", "has_it"),
    [
        ([True], True),
        ([False], False),
        ([True, False], False),
        ([True, True, False], True),
        ([True, False, False], False),
    ],
)
def test_a_majority_of_marks_makes_a_tag(community, verdicts, has_it):
    mine = community.local()
    for user_id, right in enumerate(verdicts, 1):
        community.mark(mine, user_id, sea=right)
    assert tags_of(community, mine) == (({"sea"}, {"海"}) if has_it else (set(), set()))


def test_a_majority_against_a_given_tag_takes_it_away_and_a_tie_does_not(community, tagged):
    mine, other = (community.local(**tagged(moon="月")) for _ in range(2))
    community.mark(mine, MIRA, moon=False)
    community.mark(other, MIRA, moon=False)
    community.mark(other, BO, moon=True)
    assert tags_of(community, mine) == (set(), set())
    assert tags_of(community, other) == ({"moon"}, {"月"})


def test_a_teachers_word_outweighs_the_members(community):
    community.opt_in(MIRA)
    (hers,) = community.post(MIRA)
    tag = community.teach("dusk", hers)
    community.promote(tag)
    for member in range(20, 25):
        community.mark(hers, member, dusk=False)
    assert tags_of(community, hers) == ({"dusk"}, {"duskの日本語"})


def test_a_guilds_own_tag_stays_in_the_guild_until_it_is_promoted(community):
    """Else one guild's tag would show everywhere after a rebuild."""
    (hers,) = community.post(MIRA)
    tag = community.teach("dusk", hers)
    assert tags_of(community, hers) == (set(), set())
    community.promote(tag)
    assert tags_of(community, hers) == ({"dusk"}, {"duskの日本語"})


def test_the_same_word_of_another_guild_is_not_meant_by_that(community):
    community.opt_in(MIRA)
    (hers,) = community.post(MIRA, guild=OTHER_GUILD)
    community.teach("sea", *community.post(BO))
    community.mark(hers, MIRA, sea=True)
    assert tags_of(community, hers) == ({"sea"}, {"海"})


def test_own_tags_of_the_local_channel_are_learnt(community):
    mine = community.local()
    community.teach("dusk", mine, guild=LOCAL_GUILD)
    assert tags_of(community, mine) == ({"dusk"}, {"duskの日本語"})


def test_embeddings_are_those_of_the_encoder_that_has_embedded_the_most(community):
    community.local(encoder_id="old")
    for _ in range(2):
        community.local()
    embeddings = read_consented(community.url).embeddings
    assert np.isnan(embeddings).all(axis=1).tolist() == [True, False, False]
    assert embeddings[1:, 0].tolist() == [2, 3]
