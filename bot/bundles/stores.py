"""Where bundles lie: a directory of this machine, or a URL."""

import shutil
from pathlib import Path
from typing import Protocol

from bot.bundles.choosing import Found, checksum_of, find_bundles
from model.bundle import open_bundle
from model.errors import BundleError
from model.store import directory_of, is_url


class BundleStore(Protocol):
    """Where bundles lie. Synchronous: call it in a thread.

    All of it raises ``StoreError``, where that is elsewhere and away.
    """

    def find(self) -> list[Found]:
        """Everything there that may be a bundle."""
        ...

    def open(self, name: str, checksum: str) -> Path:
        """Verify a bundle.

        Args:
            name: As it was found.
            checksum: The same.

        Returns:
            Its directory on this machine.

        Raises:
            BundleError: If it is not whole, or another one.
        """
        ...

    def has(self, name: str) -> bool:
        """Whether there is a bundle of this name."""
        ...

    def publish(self, bundle: Path) -> None:
        """Let the bundle of a directory appear under the name of that, in one moment.

        The directory may be gone afterwards.

        Raises:
            BundleExistsError: If another one is there under this name.
        """
        ...

    def clear(self, name: str) -> None:
        """Delete what a publishing under this name that was cut off has left; a bundle stays."""
        ...

    def show(self, report: Path) -> str:
        """Put a report beside the bundles; where it is then."""
        ...

    def tidy(self, served: Path) -> None:
        """Let go of copies that nobody needs.

        Args:
            served: Directory of the bundle that answers.
        """
        ...


def bundle_store(place: str, cache: Path) -> BundleStore:
    """The store at a place; nothing is asked of it yet.

    Args:
        place: A directory or any fsspec URL.
        cache: Where copies of what lies elsewhere go; not used for a directory.

    Raises:
        ConfigError: If nothing here knows the URL's protocol.
    """
    if not is_url(place):
        return BundleDirectory(directory_of(place))
    from bot.bundles.bucket import BundleBucket  # Most have none, and need not wait for fsspec.
    from model.url_store import UrlStore

    return BundleBucket(UrlStore(place), cache)


class BundleDirectory:
    """A directory, made when it is missing."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self) -> list[Found]:
        """See ``BundleStore``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        return find_bundles(self._directory)

    def open(self, name: str, checksum: str) -> Path:
        """See ``BundleStore``."""
        return opened(self._directory / name, checksum)

    def has(self, name: str) -> bool:
        """See ``BundleStore``."""
        return (self._directory / name).exists()

    def publish(self, bundle: Path) -> None:
        """See ``BundleStore``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        target = self._directory / bundle.name
        try:
            bundle.rename(target)
        except OSError:  # Another file system: copied under a name that nobody looks at.
            self.clear(bundle.name)
            partial = self._partial(bundle.name)
            shutil.copytree(bundle, partial)
            partial.rename(target)

    def clear(self, name: str) -> None:
        """See ``BundleStore``."""
        shutil.rmtree(self._partial(name), ignore_errors=True)

    def show(self, report: Path) -> str:
        """See ``BundleStore``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        return str(shutil.copyfile(report, self._directory / report.name))

    def tidy(self, served: Path) -> None:
        """See ``BundleStore``: there are no copies."""

    def _partial(self, name: str) -> Path:
        return self._directory / f".{name}.partial"


def opened(path: Path, checksum: str) -> Path:
    """Verify a bundle of this machine, which must carry this checksum.

    Raises:
        BundleError: If it is not whole, or another one.
    """
    open_bundle(path)
    if checksum_of(path) != checksum:
        raise BundleError(f"{path} holds another bundle than the one that was asked for.")
    return path
