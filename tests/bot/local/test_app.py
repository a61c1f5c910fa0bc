"""The HTTP API of a running bot, with real child processes and the fake tagger."""

import asyncio
import io
import random
import time

import pytest
import pytest_asyncio
from aiohttp import FormData
from PIL import Image

from model.image import MiB

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def channel(local_channel, module_settings, until):
    async def filled() -> bool:
        return (await running.get("/api/v1/status"))["library"] == 6

    async with local_channel(module_settings) as running:
        await until(filled)
        yield running


async def refusal(response):
    return response.status, (await response.json())["error"]["code"]


async def test_a_posted_image_is_answered_with_tags_and_similar_illustrations(channel, picture):
    first = await channel.post(picture((220, 30, 30), (320, 300)), "Red wall.png")
    second = await channel.post(picture((220, 35, 30)))
    assert (first["title"], first["origin"]) == ("Red wall", "posted")
    assert (first["width_px"], first["height_px"]) == (320, 300)
    assert first["tags"][0]["name"] == "red"
    assert first["tags"][0]["name_ja"] == "赤"
    assert first["guesses"] is False
    assert second["similar"][0]["id"] == first["id"]
    assert 0 < second["similar"][0]["distance"] < 0.5
    distances = [one["distance"] for one in second["similar"]]
    assert distances == sorted(distances)


async def test_tags_below_their_thresholds_are_marked_as_guesses(channel, picture):
    post = await channel.post(picture((0, 255, 0)))
    assert post["guesses"] is True
    assert len(post["tags"]) == 3


async def test_posts_are_listed_newest_first_and_in_pages(channel, picture):
    ids = [(await channel.post(picture((colour, 0, 0))))["id"] for colour in (10, 20, 30)]
    listed = await channel.get("/api/v1/posts?limit=2&origin=posted")
    assert [post["id"] for post in listed["posts"]] == [ids[2], ids[1]]
    older = await channel.get(f"/api/v1/posts?limit=1&origin=posted&before={ids[1]}")
    assert [post["id"] for post in older["posts"]] == [ids[0]]
    assert older["total"] == listed["total"] >= 3


async def test_the_gallery_has_given_tags_and_finds_its_like(channel):
    listed = await channel.get("/api/v1/posts?origin=gallery")
    assert listed["total"] == 6
    for post in listed["posts"]:
        assert post["given_tags"][0]["name"]
        assert post["id"] not in [one["id"] for one in post["similar"]]
        assert len(post["similar"]) == 5


async def test_a_thumbnail_is_a_small_webp(channel, picture):
    post = await channel.post(picture(size=(1000, 500)))
    response = await channel.client.get(post["thumbnail"])
    assert response.content_type == "image/webp"
    assert Image.open(io.BytesIO(await response.read())).size == (256, 128)


async def test_describing_keeps_nothing(channel, picture):
    before = await channel.get("/api/v1/status")
    response = await channel.send("/api/v1/describe?top=7&neighbours=2", picture((5, 5, 5)))
    described = await response.json()
    assert (response.status, len(described["tags"]), len(described["similar"])) == (200, 7, 2)
    assert await channel.get("/api/v1/status") == before


async def test_describing_without_top_chooses_tags_as_a_reply_does(channel, picture):
    response = await channel.send("/api/v1/describe", picture((220, 30, 30)))
    described = await response.json()
    assert all(tag["score"] >= tag["threshold"] for tag in described["tags"])
    assert (described["guesses"], len(described["similar"])) == (False, 5)


async def test_a_deleted_post_is_gone_and_leaves_the_replies_that_showed_it(channel, picture):
    doomed = await channel.post(picture((77, 77, 200)))
    witness = await channel.post(picture((77, 78, 200)))
    assert doomed["id"] in [one["id"] for one in witness["similar"]]
    response = await channel.client.delete(f"/api/v1/posts/{doomed['id']}")
    assert response.status == 204
    for path in (f"/api/v1/posts/{doomed['id']}", doomed["thumbnail"]):
        assert await refusal(await channel.client.get(path)) == (404, "unknown_post")
    again = await channel.client.delete(f"/api/v1/posts/{doomed['id']}")
    assert await refusal(again) == (404, "unknown_post")
    witness = await channel.get(f"/api/v1/posts/{witness['id']}")
    assert doomed["id"] not in [one["id"] for one in witness["similar"]]
    later = await channel.post(picture((77, 77, 200)))
    assert doomed["id"] not in [one["id"] for one in later["similar"]]
    assert later["id"] > witness["id"]


BAD_FILES = {
    "a text file named .png": (b"Dear diary, today I drew a star.\n" * 9, 415, "not_an_image"),
    "an empty file": (b"", 415, "not_an_image"),
    "a PDF": (b"%PDF-1.7 and so on", 415, "unsupported_format"),
}


@pytest.mark.parametrize("name", BAD_FILES)
async def test_a_file_that_is_no_image_is_refused_by_its_code(channel, name):
    data, status, code = BAD_FILES[name]
    assert await refusal(await channel.send("/api/v1/posts", data)) == (status, code)


async def test_a_jpeg_that_is_cut_off_is_refused_as_truncated(channel):
    file = io.BytesIO()
    Image.effect_noise((300, 300), 60).convert("RGB").save(file, "JPEG")
    response = await channel.send("/api/v1/posts", file.getvalue()[: len(file.getvalue()) // 2])
    assert await refusal(response) == (422, "truncated")


async def test_a_png_of_2_mb_that_claims_40000_pixels_a_side_is_refused_at_once(channel, huge_png):
    bomb = huge_png(40_000, 40_000, random.Random(0).randbytes(2 * MiB))
    assert len(bomb) > 2 * MiB
    begun = time.monotonic()
    assert await refusal(await channel.send("/api/v1/posts", bomb)) == (413, "too_many_pixels")
    assert time.monotonic() - begun < 1.0


async def test_a_file_of_60_mb_is_refused_with_words(channel):
    response = await channel.send("/api/v1/posts", bytes(60 * MiB))
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (413, "too_large")
    assert "more than 25 MiB" in error["message"]
    assert "大きすぎます" in error["message_ja"]


async def test_a_file_of_60_mb_without_a_length_is_refused_while_it_comes(channel):
    sent = 0

    async def body():
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
        for _ in range(60):
            sent += 1
            yield bytes(MiB)
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = await channel.client.post("/api/v1/posts", data=body(), headers=headers)
    assert await refusal(response) == (413, "too_large")


@pytest.mark.parametrize(
    ("mode", "file_format", "colour"),
    [
        ("CMYK", "JPEG", (0, 200, 200, 20)),
        ("I;16", "PNG", (40_000,)),
        ("L", "PNG", (128,)),
        ("RGBA", "PNG", (220, 30, 30, 128)),
        ("P", "GIF", (3,)),
    ],
)
async def test_every_kind_of_pixel_is_answered(channel, picture, mode, file_format, colour):
    colour = colour if len(colour) > 1 else colour[0]
    image = Image.new(mode, (40, 40), colour)
    file = io.BytesIO()
    image.save(file, file_format)
    post = await channel.post(file.getvalue())
    assert post["tags"]


async def test_an_animated_webp_is_described_by_its_first_frame(channel):
    red, blue = (Image.new("RGB", (32, 32), colour) for colour in ("#dc1e1e", "#1e3cc8"))
    file = io.BytesIO()
    red.save(file, "WEBP", save_all=True, append_images=[blue], duration=100, lossless=True)
    post = await channel.post(file.getvalue())
    assert post["tags"][0]["name"] == "red"


async def test_a_request_without_an_image_is_told_so(channel):
    form = FormData()
    form.add_field("picture", b"x", filename="x.png")
    responses = [
        await channel.client.post("/api/v1/posts", data=form),
        await channel.client.post("/api/v1/posts", data=b"raw bytes"),
        await channel.client.post("/api/v1/posts"),
    ]
    assert [await refusal(one) for one in responses] == [(400, "missing_image")] * 3


async def test_a_body_that_is_no_multipart_is_told_so(channel):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for body in (b"garbage", b"--b\r\nno header\r\n\r\n"):
        response = await channel.client.post("/api/v1/posts", data=body, headers=headers)
        assert response.status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/posts?limit=0",
        "/api/v1/posts?limit=many",
        "/api/v1/posts?before=-1",
        "/api/v1/posts?origin=elsewhere",
    ],
)
async def test_a_parameter_out_of_its_range_is_named(channel, path):
    response = await channel.client.get(path)
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (400, "bad_parameter")
    assert path.partition("?")[2].partition("=")[0] in error["message"]


async def test_tags_are_found_in_both_languages_prefix_first(channel):
    names = [tag["name"] for tag in (await channel.get("/api/v1/tags?query=s"))["tags"]]
    assert names[:5] == ["starry sky", "snow", "sunset", "sea", "skin"]
    assert names[5:] == ["night sky"]
    found = (await channel.get("/api/v1/tags?query=星"))["tags"]
    assert [tag["name"] for tag in found] == ["starry sky"]
    assert len((await channel.get("/api/v1/tags"))["tags"]) == 12


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/jobs/1", (404, "not_found")),
        ("PUT", "/api/v1/tags", (405, "bad_parameter")),
        ("GET", "/api/v1/posts/abc", (404, "not_found")),
        ("GET", "/api/v1/posts/999999", (404, "unknown_post")),
        ("GET", "/static/..%2fapp.py", (404, "not_found")),
        ("GET", f"/static/{'a' * 3000}", (404, "not_found")),
    ],
)
async def test_what_is_not_there_is_answered_in_json(channel, method, path, expected):
    assert await refusal(await channel.client.request(method, path)) == expected


async def test_health_and_metrics_tell_how_it_goes(channel, picture):
    assert await channel.get("/healthz") == {"state": "ready", "parts": {"inference": True}}
    await channel.post(picture())
    text = await (await channel.client.get("/metrics")).text()
    assert "hoshizora_inference_up 1.0" in text
    assert 'hoshizora_images_total{operation="post",outcome="answered"}' in text
    assert 'hoshizora_images_total{operation="post",outcome="not_an_image"}' in text
    assert 'hoshizora_stage_seconds_count{stage="decode"}' in text


async def test_every_answer_tells_browsers_to_load_nothing_from_elsewhere(channel):
    for path in ("/", "/api/v1/status", "/api/v1/posts/999999"):
        headers = (await channel.client.get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers


async def test_beyond_the_queue_s_bound_requests_are_told_to_come_back(channel, slow_png):
    responses = await asyncio.gather(
        *(channel.send("/api/v1/describe", slow_png) for _ in range(11))
    )
    busy = [one for one in responses if one.status == 503]
    assert sorted(one.status for one in responses) == [200] * 8 + [503] * 3
    assert [await refusal(one) for one in busy] == [(503, "busy")] * 3
    assert all(int(one.headers["Retry-After"]) > 0 for one in busy)
    assert (await channel.send("/api/v1/describe", slow_png)).status == 200


async def test_the_event_loop_is_not_blocked_while_images_are_posted(channel, slow_png, picture):
    longest, last, running = 0.0, time.monotonic(), True

    async def tick():
        nonlocal longest, last
        while running:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    ticking = asyncio.create_task(tick())
    noise = io.BytesIO()
    Image.effect_noise((3000, 3000), 90).save(noise, "PNG", compress_level=0)
    last = time.monotonic()
    longest = 0.0
    await asyncio.gather(
        channel.post(slow_png), channel.post(noise.getvalue()), channel.post(picture())
    )
    running = False
    await ticking
    assert longest < 0.2
