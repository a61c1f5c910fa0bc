"""model/index/scanning.py against distances measured one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.index.scanning import nearest_places

WIDTH = 3
ROWS = arrays.arrays(
    np.float32,
    st.tuples(st.integers(0, 30), st.just(WIDTH)),
    elements=st.integers(-3, 3).map(lambda step: step / 4) | st.floats(-1000, 1000, width=32),
)


@given(ROWS, st.data(), st.integers(0, 35))
def test_the_nearest_of_the_chosen_rows_are_among_those_that_are_found(rows, data, neighbours):
    chosen = data.draw(st.lists(st.integers(0, max(0, len(rows) - 1)), unique=True))
    places = np.sort(np.array(chosen if len(rows) else [], np.intp))
    embedding = data.draw(ROWS.filter(len))[0]
    found = nearest_places(rows, places, embedding, neighbours)
    assert np.isin(found, places).all()
    exact = np.linalg.norm(rows[places].astype(np.float64) - embedding, axis=1)
    order = np.lexsort((places, exact))[:neighbours]
    assert set(places[order].tolist()) <= set(found.tolist())


def test_of_many_rows_hardly_more_are_found_than_were_asked_for(tmp_path):
    random = np.random.default_rng(0)
    np.save(tmp_path / "rows.npy", random.normal(size=(5000, 196)).astype(np.float32))
    rows = np.asarray(np.load(tmp_path / "rows.npy", mmap_mode="r"))
    found = nearest_places(rows, np.arange(0, 5000, 2), rows[1], 10)
    assert 10 <= len(found) <= 12
    assert (found % 2 == 0).all()
