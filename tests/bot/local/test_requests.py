"""Parameters are read one by one, and refused with what was expected."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.errors import RequestError
from bot.local.requests import id_list, integer, required


@pytest.mark.parametrize("text", ["", "x", "0", "11", "1.5", "+1", "1_0", "٣", "9" * 5000])
def test_a_number_of_the_query_is_within_its_range(text):
    request = _request({"count": text})
    with pytest.raises(RequestError, match="between 1 and 10"):
        integer(request, "count", 1, 10)


def test_what_the_query_lacks_is_said():
    assert integer(_request({}), "count", 1, 10) is None
    with pytest.raises(RequestError, match="needs name="):
        required(_request({}), "name")


def _request(query: dict[str, str]) -> web.Request:
    from aiohttp.test_utils import make_mocked_request
    from yarl import URL

    return make_mocked_request("GET", str(URL("/").with_query(query)))


@pytest.mark.parametrize(
    ("query", "ids"), [("", []), ("skip=", []), ("skip=7", [7]), ("skip=7,12", [7, 12])]
)
def test_ids_in_the_query_stand_between_commas(query, ids):
    assert id_list(make_mocked_request("GET", f"/?{query}"), "skip") == ids


@pytest.mark.parametrize("text", ["x", "7,", "-7", "7;8", "9" * 19, ",".join(["1"] * 201)])
def test_what_is_no_list_of_ids_is_refused(text):
    with pytest.raises(RequestError, match="skip must be at most 200 ids"):
        id_list(make_mocked_request("GET", f"/?skip={text}"), "skip")
