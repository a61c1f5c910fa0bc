"""Bundles appear in one moment wherever they lie, and are fetched from elsewhere once, verified."""

import pytest

from bot.bundles.bucket import KEPT, BundleBucket
from bot.bundles.choosing import checksum_of
from bot.bundles.stores import bundle_store
from bot.fakes import FakeIdentity, publish_fake
from model.bundle import open_bundle
from model.errors import BundleError, BundleExistsError, StoreError
from model.store import open_store
from model.url_store import UrlStore
from tests.object_store import lead_elsewhere


@pytest.fixture
def made(tmp_path):
    """Makes a bundle on this machine."""

    def make(name="one", mark="", place="made"):
        bundle = publish_fake(
            tmp_path / place / name, FakeIdentity(mark=mark or name), "2026-01-01"
        )
        return bundle.directory

    return make


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "fetched"


@pytest.fixture
def bucket(store_url, cache):
    return BundleBucket(UrlStore(store_url), cache)


def opened(store):
    """The directories of everything that is found."""
    return [store.open(one.path.name, one.checksum) for one in store.find()]


def test_what_is_published_is_found_and_opened(store_place, cache, made):
    store, bundle = bundle_store(store_place, cache), made()
    checksum = checksum_of(bundle)
    assert (store.find(), store.has("one")) == ([], False)
    store.publish(bundle)
    (found,) = store.find()
    assert (found.path.name, found.checksum, found.created) == ("one", checksum, "2026-01-01")
    assert found.encoder_id
    assert store.has("one")
    assert open_bundle(store.open("one", checksum)).name == "one"
    with pytest.raises(BundleError):
        store.open("one", "of another")
    with pytest.raises(BundleError):
        store.open("two", checksum)


def test_a_report_lies_beside_the_bundles_and_is_none(store_place, cache, tmp_path):
    report = tmp_path / "one.report.html"
    report.write_text("a report")
    store = bundle_store(store_place, cache)
    assert store.show(report) == f"{store_place}/one.report.html"
    assert open_store(store_place).read("one.report.html") == b"a report"
    assert store.find() == []


def test_a_bundle_is_fetched_once(bucket, store_url, made):
    bucket.publish(made())
    (first,) = opened(bucket)
    open_store(store_url).remove(["one/colours.txt"])
    assert bucket.open("one", checksum_of(first)) == first


def test_a_copy_that_was_damaged_here_is_fetched_again(bucket, made):
    bucket.publish(made())
    (first,) = opened(bucket)
    (first / "colours.txt").write_text("damaged")
    assert opened(bucket) == [first]
    open_bundle(first)


def test_a_bundle_without_its_manifest_does_not_exist(bucket, store_url, made):
    bucket.publish(made())
    open_store(store_url).remove(["one/manifest.json"])
    assert (bucket.find(), bucket.has("one")) == ([], False)


def test_a_damaged_bundle_is_refused_once_and_opened_when_it_was_mended(
    bucket, store_url, made, cache, monkeypatch
):
    bucket.publish(made())
    (found,) = bucket.find()
    elsewhere = open_store(store_url)
    whole = elsewhere.read("one/colours.txt")
    for damage in (
        lambda: elsewhere.remove(["one/colours.txt"]),
        lambda: elsewhere.write("one/colours.txt", b"?"),
    ):
        damage()
        with pytest.raises(BundleError, match=r"colours\.txt"):
            opened(bucket)
        assert not [one for one in cache.rglob("*") if one.is_file()]
    with monkeypatch.context() as patch:
        patch.delattr(UrlStore, "download")
        with pytest.raises(BundleError, match=r"colours\.txt"):
            opened(bucket)
    elsewhere.write("one/colours.txt", whole)
    assert opened(bucket) == [found.path]


def test_who_publishes_under_a_name_that_is_taken_is_refused_and_harms_nothing(bucket, made):
    bucket.publish(made())
    other = made(mark="another", place="elsewhere")
    with pytest.raises(BundleExistsError, match="never overwritten"):
        bucket.publish(other)
    (found,) = opened(bucket)
    assert open_bundle(found).manifest["mark"] == "one"


def test_of_two_who_publish_at_once_the_second_is_refused_before_it_harms_the_first(
    bucket, store_url, made
):
    open_store(store_url).write("one/colours.txt", b"by the first, whose manifest is still to come")
    with pytest.raises(BundleExistsError, match="being published"):
        bucket.publish(made())
    assert open_store(store_url).read("one/colours.txt").startswith(b"by the first")
    assert bucket.find() == []


def test_a_publishing_that_was_cut_off_goes_on_and_may_be_done_twice(bucket, store_url, made):
    bundle = made()
    open_store(store_url).write("one/colours.txt", (bundle / "colours.txt").read_bytes())
    bucket.publish(bundle)
    bucket.publish(bundle)
    assert len(opened(bucket)) == 1


def test_what_a_publishing_left_is_cleared_for_another_one_and_a_bundle_never(
    bucket, store_url, made
):
    store, other = open_store(store_url), made(mark="another", place="elsewhere")
    store.write("one/colours.txt", b"left behind")
    store.write("one-more/colours.txt", b"of somebody else")
    bucket.clear("one")
    bucket.publish(other)
    bucket.clear("one")
    (found,) = opened(bucket)
    assert open_bundle(found).manifest["mark"] == "another"
    assert store.read("one-more/colours.txt") == b"of somebody else"
    bucket.clear("never")


def test_a_name_with_another_content_leaves_the_copy_of_the_first_alone(bucket, store_url, made):
    bucket.publish(made())
    (first,) = opened(bucket)
    everything = [one.name for one in open_store(store_url).entries()]
    open_store(store_url).remove(everything)
    bucket.publish(made(mark="another", place="elsewhere"))
    (second,) = opened(bucket)
    assert (first.name, second.name) == ("one", "one")
    assert open_bundle(first).manifest["mark"] == "one"
    assert open_bundle(second).manifest["mark"] == "another"


@pytest.mark.parametrize("store_url", ["memory"], indirect=True)  # What goes is on this machine.
def test_copies_go_when_newer_ones_came_but_never_the_one_that_is_served(bucket, made, cache):
    for name in ("a", "b", "c", "d", "e"):
        bucket.publish(made(name))
    served, *others = opened(bucket)
    bucket.tidy(served)
    assert served.is_dir()
    assert len(list(cache.iterdir())) == KEPT
    assert others[-1].is_dir()


def test_a_store_that_is_away_says_so(s3_bucket, cache, monkeypatch):
    lead_elsewhere(monkeypatch, "http://127.0.0.1:1")
    store = BundleBucket(UrlStore(s3_bucket), cache)
    monkeypatch.setattr("model.url_store.PAUSES_SECONDS", ())
    for asked in (store.find, lambda: store.has("one"), lambda: store.open("one", "sum")):
        with pytest.raises(StoreError):
            asked()
