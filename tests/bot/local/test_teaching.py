"""Teaching over HTTP: a running bot with real child processes and the fake tagger."""

import pytest
import pytest_asyncio

from bot.catalogue import NewJob

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEAL = [(10, 130 + shade, 140 + shade) for shade in (0, 6, 12, 18)]
BROWN = [(110 + shade, 70, 20) for shade in (0, 6, 12, 18)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def channel(local_channel, module_settings):
    async with local_channel(module_settings) as running:
        await running.bot.inference.ready()
        yield running


@pytest.fixture
def ask(channel):
    """Sends JSON and gives status and answer."""

    async def send(method: str, path: str, content=None):
        response = await channel.client.request(method, path, json=content)
        return response.status, None if response.status == 204 else await response.json()

    return send


@pytest.fixture
def finished(ask, until):
    """Waits until a job is over."""

    async def wait(job: int):
        async def over() -> bool:
            return (await ask("GET", f"/api/v1/jobs/{job}"))[1]["state"] in ("done", "failed")

        await until(over)
        return (await ask("GET", f"/api/v1/jobs/{job}"))[1]

    return wait


@pytest.fixture
def teach(channel, picture, ask, finished):
    """Teaches a tag from pictures of some colours; gives their ids."""

    async def register(name: str, colours, name_ja: str = ""):
        ids = [(await channel.post(picture(colour)))["id"] for colour in colours]
        wish = {"name": name, "name_ja": name_ja, "examples": ids}
        status, registered = await ask("POST", "/api/v1/tags", wish)
        assert status == 202, registered
        job = await finished(registered["job"])
        assert (job["state"], job["progress"]) == ("done", 1.0)
        return ids

    return register


async def test_a_taught_tag_is_in_the_next_answer(channel, picture, teach, ask):
    await teach("teal wall", TEAL, "青緑の壁")
    post = await channel.post(picture((10, 139, 149)))
    assert "teal wall" in [tag["name"] for tag in post["tags"]]
    assert (await channel.get("/api/v1/tags?query=青緑"))["tags"][0]["name"] == "teal wall"
    _, taught = await ask("GET", "/api/v1/taught")
    (tag,) = taught["tags"]
    assert (tag["version"], tag["positives"], tag["name_ja"]) == (1, 4, "青緑の壁")


async def test_answers_to_a_round_teach_and_the_tag_can_go_back(channel, picture, teach, ask):
    await teach("brown wall", BROWN[:2])
    for colour in (*BROWN[2:], (30, 60, 200), (245, 250, 255)):
        await channel.post(picture(colour))
    _, asked = await ask("GET", "/api/v1/taught/round?name=brown%20wall&count=4")
    ids = [one["id"] for one in asked["illustrations"]]
    assert 1 <= len(ids) <= 4
    assert asked["version"] == 1
    skip = ",".join(map(str, ids))
    _, others = await ask("GET", f"/api/v1/taught/round?name=brown%20wall&skip={skip}")
    assert not set(ids) & {one["id"] for one in others["illustrations"]}
    verdicts = {str(id_): place == 0 for place, id_ in enumerate(ids)}
    assert (
        await ask("POST", "/api/v1/taught/marks", {"name": "brown wall", "verdicts": verdicts})
    )[0] == 202
    _, again = await ask("GET", "/api/v1/taught/round?name=brown%20wall")
    assert again["version"] == 2
    assert again["positives"] == 3
    assert not set(ids) & {one["id"] for one in again["illustrations"]}
    status, back = await ask("POST", "/api/v1/taught/rollback", {"name": "brown wall"})
    assert (status, back["version"]) == (200, 1)
    _, history = await ask("GET", "/api/v1/taught/history?name=brown%20wall")
    newest, *_ = history["versions"]
    assert (newest["number"], newest["reason"], newest["positives"]) == (3, "rolled_back", 2)
    assert newest["current"]


async def test_a_removed_tag_is_unknown_at_once(channel, picture, teach, ask):
    await teach("olive wall", [(100, 120, 20), (106, 126, 26)])
    assert (await ask("DELETE", "/api/v1/taught?name=olive%20wall"))[0] == 204
    post = await channel.post(picture((103, 123, 23)))
    assert "olive wall" not in [tag["name"] for tag in post["tags"]]
    assert (await ask("DELETE", "/api/v1/taught?name=olive%20wall"))[0] == 404


async def test_hidden_tags_and_aliases_hold_in_every_answer(channel, picture, ask):
    status, rule = await ask("POST", "/api/v1/tags/rules", {"name": "赤", "alias": "crimson"})
    assert (status, rule) == (200, {"name": "red", "hidden": False, "alias": "crimson"})
    red = await channel.post(picture((220, 30, 30)))
    assert red["tags"][0]["alias"] == "crimson"
    await ask("POST", "/api/v1/tags/rules", {"name": "crimson", "hidden": True})
    shown = (await channel.get(f"/api/v1/posts/{red['id']}"))["tags"]
    assert "red" not in [tag["name"] for tag in shown]
    assert "red" not in [tag["name"] for tag in (await channel.get("/api/v1/tags"))["tags"]]
    _, decided = await ask("GET", "/api/v1/tags/rules")
    assert decided["rules"] == [{"name": "red", "hidden": True, "alias": "crimson"}]
    # Also by another name than its own; and what cannot be read changes nothing.
    half = {"name": "crimson", "alias": "", "hidden": "no"}
    assert (await ask("POST", "/api/v1/tags/rules", half))[0] == 400
    assert (await ask("GET", "/api/v1/tags/rules"))[1] == decided
    await ask("POST", "/api/v1/tags/rules", {"name": "赤", "hidden": False, "alias": ""})
    assert (await ask("GET", "/api/v1/tags/rules"))[1] == {"rules": []}


async def test_what_cannot_be_taught_is_refused_with_a_reason(channel, picture, ask):
    post = (await channel.post(picture((1, 2, 3))))["id"]
    refusals = [
        ({"name": "", "examples": [post]}, 400, "bad_name"),
        ({"name": "x" * 10_000, "examples": [post]}, 400, "bad_name"),
        ({"name": "赤", "examples": [post]}, 409, "tag_exists"),
        ({"name": "new", "examples": []}, 400, "no_examples"),
        ({"name": "new", "examples": [999_999]}, 404, "unknown_post"),
        ({"name": "new", "examples": list(range(1, 200))}, 400, "too_many_examples"),
        ({"name": "new", "example": [post]}, 400, "bad_parameter"),
    ]
    for wish, status, code in refusals:
        answered, content = await ask("POST", "/api/v1/tags", wish)
        assert (answered, content["error"]["code"]) == (status, code), wish
        assert content["error"]["message"] != content["error"]["message_ja"]
    for path in ("history", "round"):
        answered, content = await ask("GET", f"/api/v1/taught/{path}?name=nothing")
        assert (answered, content["error"]["code"]) == (404, "unknown_tag")


async def test_promotion_says_what_holds(teach, ask):
    await teach("grape wall", [(90, 20, 120), (96, 26, 126)])
    wish = {"name": "grape wall", "promoted": True}
    assert (await ask("POST", "/api/v1/taught/promotion", wish))[1] == wish
    tags = (await ask("GET", "/api/v1/taught"))[1]["tags"]
    assert [tag["name"] for tag in tags if tag["promoted"]] == ["grape wall"]


async def test_retraining_is_a_job_that_is_listed(teach, ask, finished):
    await teach("lime wall", [(120, 230, 20), (126, 236, 26)])
    status, begun = await ask("POST", "/api/v1/retrain", {})
    assert status == 202
    assert (await finished(begun["job"]))["state"] == "done"
    listed = (await ask("GET", "/api/v1/jobs"))[1]["jobs"]
    assert begun["job"] in [job["id"] for job in listed]
    assert (await ask("DELETE", f"/api/v1/jobs/{begun['job']}"))[0] == 204
    assert (await ask("GET", "/api/v1/jobs/999999"))[0] == 404


async def test_a_rebuild_that_was_asked_for_elsewhere_is_seen_and_a_servers_own_jobs_are_not(
    channel, ask
):
    jobs = channel.bot.library.catalogue.jobs
    rebuild = await jobs.add(NewJob("rebuild", 7, 0, 77, 70))
    theirs = await jobs.add(NewJob("retrain", 7, 0, 77, 70))
    listed = [job["id"] for job in (await ask("GET", "/api/v1/jobs"))[1]["jobs"]]
    assert listed[0] == rebuild
    assert theirs not in listed
    assert (await ask("GET", f"/api/v1/jobs/{rebuild}"))[1]["kind"] == "rebuild"
    for method in ("GET", "DELETE"):
        assert (await ask(method, f"/api/v1/jobs/{theirs}"))[0] == 404
    assert (await ask("DELETE", f"/api/v1/jobs/{rebuild}"))[0] == 204
    assert (await ask("GET", f"/api/v1/jobs/{rebuild}"))[1]["message"] == "Cancelled."
