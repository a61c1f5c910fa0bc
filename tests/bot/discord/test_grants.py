"""Who could read what, against counting out every member that a small guild could have."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord.facts import Person
from bot.discord.visibility import Audience, may_show
from tests.bot.discord.every_member import (
    MEMBERS,
    OWNER,
    SOMEBODY,
    THREADS,
    all_may_see,
    can_read,
    guilds,
    permissions,
    places,
    suits_the_age,
)


@settings(max_examples=400)
@given(guilds(), places, places)
def test_a_public_answer_shows_what_every_possible_reader_of_it_may_read(facts, where, source):
    expected = (
        suits_the_age(facts, where, source)
        and (not source.private or source == where)
        and all_may_see(facts, where, source)
    )
    assert may_show(facts, Audience(where), source) == expected


@settings(max_examples=200)
@given(guilds(), places, places, st.data())
def test_an_ephemeral_answer_shows_what_the_person_who_asks_may_read(facts, where, source, data):
    member = data.draw(st.sampled_from([SOMEBODY, OWNER, *MEMBERS]))
    roles = data.draw(st.sets(st.sampled_from([*facts.roles])).map(frozenset)) - {facts.id}
    threads = data.draw(st.sets(st.sampled_from([102, 112])).map(frozenset))
    channel = facts.channels[source.parent_id or source.channel_id]
    manages = bool(permissions(facts, channel, member, roles) & THREADS)
    expected = (
        suits_the_age(facts, where, source)
        and can_read(facts, source, member, roles, old=True)
        and (not source.private or source == where or source.channel_id in threads or manages)
    )
    asker = Person(member, roles | {facts.id}, threads)
    assert may_show(facts, Audience(where, asker), source) == expected
