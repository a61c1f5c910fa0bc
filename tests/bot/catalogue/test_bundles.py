"""Bundles: known by directory and manifest, one of them served."""

import pytest
import sqlalchemy as sa

from bot.catalogue import NewBundle

FIRST = NewBundle("2025-05", "aaaa", "enc")


async def test_a_bundle_is_known_by_its_directory_and_its_manifest(catalogue):
    id_ = await catalogue.bundles.add(FIRST)
    found = await catalogue.bundles.find("2025-05", "aaaa")
    assert (found.id, found.encoder_id, found.state) == (id_, "enc", "preparing")
    assert await catalogue.bundles.find("2025-05", "bbbb") is None
    assert await catalogue.bundles.find("2025-06", "aaaa") is None
    with pytest.raises(sa.exc.IntegrityError):
        await catalogue.bundles.add(FIRST)


async def test_one_is_served_and_those_before_it_are_known_in_their_order(catalogue):
    first = await catalogue.bundles.add(FIRST, "served")
    second = await catalogue.bundles.add(NewBundle("2025-06", "bbbb", "enc"))
    third = await catalogue.bundles.add(NewBundle("2025-07", "cccc", "other"), "served")
    await catalogue.bundles.add(NewBundle("2025-08", "dddd", ""), "refused", "It is damaged.")
    await catalogue.bundles.update(second, "served")
    served = await catalogue.bundles.served()
    assert [(one.id, one.state) for one in served] == [
        (second, "served"),
        (third, "retired"),
        (first, "retired"),
    ]
    newest, *_ = await catalogue.bundles.all()
    assert (newest.state, newest.message) == ("refused", "It is damaged.")
