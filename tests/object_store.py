"""A server of S3's protocol on loopback, and fresh places to keep things in, of every kind."""

import os
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
import pytest

BUCKET = "hoshizora"
KINDS = ("directory", "memory", "s3")
OF_URLS = ("memory", "s3")


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve an empty bucket, and let the environment lead to it; says the bucket's URL."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("AWS_", "FSSPEC_")):
                patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "an-id-of-nobody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-nobody")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        request = urllib.request.Request(f"http://{host}:{port}/{BUCKET}", method="PUT")
        urllib.request.urlopen(request, timeout=30).close()
        yield f"s3://{BUCKET}"
    server.stop()


def lead_elsewhere(patch: pytest.MonkeyPatch, address: str) -> None:
    """Let the environment lead to another server from now on, until the patch is undone."""
    patch.setenv("AWS_ENDPOINT_URL", address)
    # fsspec keeps what it has connected; in the test's own cache nothing is yet.
    patch.setattr(fsspec.get_filesystem_class("s3"), "_cache", {})


def fresh_url(kind: str, request: pytest.FixtureRequest) -> str:
    """A URL below which nothing is yet."""
    root = request.getfixturevalue("s3_bucket") if kind == "s3" else "memory://hoshizora"
    return f"{root}/{uuid.uuid4().hex}"
