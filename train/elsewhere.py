"""Publishing at a URL: the bundle is made in the work directory, and appears there at the end."""

import shutil
from collections.abc import Callable
from pathlib import Path

from model.bundle import Bundle
from model.bundle_transfer import exists, upload_bundle
from model.errors import BundleExistsError
from model.store import check_place
from model.url_store import UrlStore
from train.report.from_run import report_file


def publish_elsewhere(
    url: str, workdir: Path, make: Callable[[Path], Bundle | None]
) -> Bundle | None:
    """Make a bundle and publish it with its report.

    Args:
        url: Where it is to appear: a URL that ends in its name.
        workdir: Of the run.
        make: Makes it, and its report beside it, at a place that does not exist yet.

    Returns:
        What was made, in the work directory.

    Raises:
        BundleExistsError: If there is one already.
        StoreError: If the store is away; running it again goes on.
    """
    check_place("--out", url)
    root, _, name = url.rstrip("/").rpartition("/")
    store = UrlStore(root)
    if exists(store, name):  # Hours later would be a bad time to find out.
        raise BundleExistsError(
            f"{url} exists already and a bundle is never overwritten. Choose another --out."
        )
    place = workdir / "published"
    shutil.rmtree(place, ignore_errors=True)  # of a run that was cut
    bundle = make(place / name)
    if bundle is not None:
        report = report_file(bundle.directory)
        store.write(report.name, report.read_bytes())
        upload_bundle(store, bundle.directory, name)
    return bundle
