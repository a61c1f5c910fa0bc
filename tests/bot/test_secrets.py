"""What leads to catalogues and stores elsewhere is never read in a log, nor by most children."""

import logging

import pytest

from bot.logs import line_handler
from bot.secrets import all_secrets, environment_of_children, store_variables


@pytest.fixture(autouse=True)
def variables(monkeypatch):
    for name in store_variables():
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-of-somebody")
    monkeypatch.setenv("FSSPEC_S3_SECRET", "another-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("PGPASSWORD", "short")


def test_children_inherit_only_what_they_need():
    assert "a-secret-of-somebody" not in environment_of_children().values()
    names = {"FSSPEC_S3_SECRET", "AWS_DEFAULT_REGION", "PGPASSWORD"}
    assert not names & set(environment_of_children())
    needed = environment_of_children(*store_variables())
    assert needed["AWS_SECRET_ACCESS_KEY"] == "a-secret-of-somebody"
    assert needed["AWS_DEFAULT_REGION"] == "eu-central-1"


def test_no_credential_is_read_in_a_log_and_a_region_is():
    handler = line_handler(all_secrets())
    said = "refused: a-secret-of-somebody, another-secret, short, eu-central-1"
    line = handler.format(logging.LogRecord("bot", logging.INFO, "", 0, said, None, None))
    assert line.endswith("refused: ***, ***, ***, eu-central-1")
