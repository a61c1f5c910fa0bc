"""The dialogue that asks for names: what it says in its id is all that its answer needs."""

from types import SimpleNamespace

import discord as library
import pytest

from bot.discord.teaching.modal import Names, name_modal, names_in_modal, post_of_modal

SUBMIT = library.InteractionType.modal_submit
POST = 2**63 - 1


def filled(custom_id, components=(), kind=SUBMIT):
    data = {"custom_id": custom_id, "components": list(components)}
    return SimpleNamespace(type=kind, data=data)


async def test_the_post_stands_in_the_id_within_discords_bounds():
    modal = name_modal(POST, "ja")
    assert len(modal.custom_id) <= 100
    assert len(modal.title) <= 45
    assert post_of_modal(filled(modal.custom_id)) == POST


@pytest.mark.parametrize("custom_id", ["", "example-name:", "example-name:1x", "name:1"])
def test_other_dialogues_are_none_of_its_business(custom_id):
    assert post_of_modal(filled(custom_id)) is None
    assert post_of_modal(filled("example-name:1", kind=library.InteractionType.component)) is None


@pytest.mark.parametrize("wrapped", [True, False])
def test_names_are_read_from_rows_and_from_labels(wrapped):
    fields = [{"custom_id": "name", "value": "sky"}, {"custom_id": "name_ja", "value": "空"}]
    rows = [{"components": [one]} if wrapped else {"component": one} for one in fields]
    assert names_in_modal(filled("example-name:1", rows)) == Names("sky", "空")
    assert names_in_modal(filled("example-name:1")) == Names("", "")
