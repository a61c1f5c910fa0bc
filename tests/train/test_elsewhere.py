"""A bundle that is published at a URL appears there whole, with its report, or not at all."""

import pytest

from bot.fakes import FakeIdentity, publish_fake
from model.bundle import open_bundle
from model.bundle_transfer import download_bundle
from model.errors import BundleExistsError, TrainingError
from model.store import open_store
from model.url_store import UrlStore
from train.elsewhere import publish_elsewhere


def test_it_is_made_in_the_work_directory_and_appears_with_its_report(store_url, tmp_path):
    def make(place):
        bundle = publish_fake(place, FakeIdentity())
        place.with_name("mine.report.html").write_text("a report")
        return bundle

    (tmp_path / "published" / "mine").mkdir(parents=True)  # of a run that was cut
    made = publish_elsewhere(f"{store_url}/mine", tmp_path, make)
    assert made.directory == tmp_path / "published" / "mine"
    download_bundle(UrlStore(store_url), "mine", tmp_path / "fetched")
    assert open_bundle(tmp_path / "fetched").manifest == made.manifest
    assert open_store(store_url).read("mine.report.html") == b"a report"
    with pytest.raises(BundleExistsError, match="Choose another --out"):
        publish_elsewhere(f"{store_url}/mine", tmp_path, make)


def test_where_nothing_is_made_nothing_appears(store_url, tmp_path):
    def make(_place):
        raise TrainingError("cut")

    with pytest.raises(TrainingError):
        publish_elsewhere(f"{store_url}/mine", tmp_path, make)
    assert list(open_store(store_url).entries()) == []
