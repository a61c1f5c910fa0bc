"""Embeddings: each belongs to its encoder."""

import numpy as np


async def test_embeddings_are_those_of_one_encoder(catalogue, new):
    ids = await catalogue.add([new("a"), new("b"), new("c", encoder_id="other")])
    found, vectors = await catalogue.embeddings("enc", ids[::-1])
    assert found == ids[:2]
    assert vectors.tolist() == [[0, 1, 2, 3]] * 2
    assert (await catalogue.embedded_ids("other")).tolist() == [ids[2]]
    nothing, empty = await catalogue.embeddings("enc", [])
    assert (nothing, empty.shape) == ([], (0, 0))


async def test_embeddings_of_a_new_encoder_are_added_to_what_still_exists(catalogue, new):
    ids = await catalogue.add([new("a"), new("b")])
    assert await catalogue.unembedded("enc") == []
    assert await catalogue.unembedded("next") == list(zip(ids, ["key-a", "key-b"], strict=True))
    assert await catalogue.unembedded("next", ids[0]) == [(ids[1], "key-b")]
    assert [await catalogue.count_unembedded(one) for one in ("enc", "next")] == [0, 2]
    await catalogue.remove([ids[0]])
    stored = await catalogue.add_embeddings("next", ids, np.ones((2, 3), np.float32))
    assert stored == [False, True]
    assert await catalogue.unembedded("next") == []
    assert (await catalogue.embedded_ids("next")).tolist() == [ids[1]]


async def test_embeddings_of_an_encoder_that_is_used_no_more_go_a_few_at_a_time(catalogue, new):
    ids = await catalogue.add([new(title) for title in "abc"])
    await catalogue.add_embeddings("next", ids, np.ones((3, 2), np.float32))
    assert [await catalogue.forget_embeddings("enc", 2) for _ in range(3)] == [2, 1, 0]
    assert (await catalogue.embedded_ids("enc")).tolist() == []
    assert (await catalogue.embedded_ids("next")).tolist() == sorted(ids)


async def test_the_encoders_are_those_that_something_is_embedded_with(catalogue, new):
    assert await catalogue.encoders() == set()
    await catalogue.add([new("a"), new("b"), new("c", encoder_id="other")])
    assert await catalogue.encoders() == {"enc", "other"}


async def test_a_guilds_embeddings_are_read_on_from_an_id(catalogue, posted):
    first = await posted(1, "a", "b")
    await posted(2, "elsewhere", guild=8)
    (last,) = await posted(3, "c")
    ids, vectors = await catalogue.guild_embeddings("enc", 7, 0, 2)
    assert (ids, vectors.shape) == (first, (2, 4))
    ids, _ = await catalogue.guild_embeddings("enc", 7, ids[-1], 2)
    assert ids == [last]
    ids, vectors = await catalogue.guild_embeddings("enc", 7, last, 2)
    assert (ids, len(vectors)) == ([], 0)
    assert (await catalogue.guild_embeddings("other", 7, 0, 2))[0] == []


async def test_however_many_there_are_all_are_found(catalogue, new, monkeypatch):
    monkeypatch.setattr("bot.catalogue.embeddings.PAGE", 2)
    ids = await catalogue.add([new(key) for key in "abcde"])
    assert (await catalogue.embedded_ids("enc")).tolist() == sorted(ids)
    page = await catalogue.unembedded("next")
    assert [id_ for id_, _ in page] == ids[:2]
