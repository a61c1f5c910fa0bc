"""The section ``bot``: what it ships as, and what it refuses."""

from pathlib import Path

import pytest

from bot.config import BotConfig, GalleryConfig, HttpConfig
from model.config import read_section
from model.errors import ConfigError


def test_auto_tagging_is_shipped_off():
    assert BotConfig().autotag.default == "off"


def test_bundles_appear_in_the_data_directory_unless_another_one_is_named():
    assert BotConfig(data_dir="here").bundles_path == Path("here/bundles")
    assert BotConfig(data_dir="here", bundles_dir="there").bundles_path == Path("there")


def test_an_unquoted_off_in_yaml_is_the_word_off():
    assert read_section({"bot": {"autotag": {"default": False}}}, "bot", BotConfig) == BotConfig()


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ({"http": {"prot": 1}}, "'prot'. Did you mean port?"),
        ({"http": {"port": 70000}}, "bot.http.port must be between 0 and 65535"),
        ({"max_queue": 0}, "bot.max_queue must be between 1 and"),
        ({"decoders": {"memory_mib": 1}}, "bot.decoders.memory_mib must be between"),
        ({"gallery": {"count": -1}}, "bot.gallery.count must be between"),
        ({"index": {"tail_limit": 0}}, "bot.index.tail_limit must be between"),
        ({"autotag": {"default": "loud"}}, "bot.autotag.default must be one of off, reply, quiet"),
    ],
)
def test_an_impossible_value_is_refused_by_the_name_of_its_key(section, named):
    with pytest.raises(ConfigError, match=named.replace(".", r"\.").replace("?", r"\?")):
        read_section({"bot": section}, "bot", BotConfig)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)],
)
def test_only_addresses_of_this_machine_count_as_loopback(host, loopback):
    assert HttpConfig(host=host).is_loopback is loopback


def test_the_home_directory_of_a_source_is_resolved_where_the_shell_did_not():
    assert GalleryConfig(source="~/pictures").folder == Path.home() / "pictures"
    assert GalleryConfig(source="a/~/b").folder == Path("a/~/b")
    assert GalleryConfig().folder is None
