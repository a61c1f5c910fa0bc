"""Embeddings: each belongs to its encoder."""

import numpy as np


async def test_embeddings_are_those_of_one_encoder(catalogue, new):
    ids = await catalogue.add([new("a"), new("b"), new("c", encoder_id="other")])
    found, vectors = await catalogue.embeddings("enc", ids[::-1])
    assert found == ids[:2]
    assert vectors.tolist() == [[0, 1, 2, 3]] * 2
    assert await catalogue.embedded_ids("other") == {ids[2]}
    nothing, empty = await catalogue.embeddings("enc", [])
    assert (nothing, empty.shape) == ([], (0, 0))


async def test_embeddings_of_a_new_encoder_are_added_to_what_still_exists(catalogue, new):
    ids = await catalogue.add([new("a"), new("b")])
    assert await catalogue.unembedded("enc") == []
    assert await catalogue.unembedded("next") == list(zip(ids, ["key-a", "key-b"], strict=True))
    await catalogue.remove([ids[0]])
    stored = await catalogue.add_embeddings("next", ids, np.ones((2, 3), np.float32))
    assert stored == [False, True]
    assert await catalogue.unembedded("next") == []
    assert await catalogue.embedded_ids("next") == {ids[1]}
