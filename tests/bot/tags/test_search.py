"""Finding tags: the order of what is found, names in every spelling, guilds' own rules, keys."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.illustrations import VocabularyTag
from bot.tags.names import fold
from bot.tags.rules import NO_RULES, TagRules
from bot.tags.search import TagSearch
from tests.costs import loops


def tag(name: str, name_ja: str = "", support: int = 10) -> VocabularyTag:
    return VocabularyTag(name, name_ja, 0.5, support)


SEARCH = TagSearch(
    [
        tag("night", "夜", 30),
        tag("starry sky", "星空", 90),
        tag("night sky", "夜空", 80),
        tag("sky", "空", 70),
        tag("skyscraper", "摩天楼", 95),
        tag("blue_sky", "青空", 60),
        tag("husky", "ハスキー", 99),
        tag("planetarium", "ホシゾラ", 5),
        tag("hatsune miku (vocaloid)", "初音ミク", 40),
        tag("t-shirt", "Ｔシャツ", 20),
        tag(">_<", "", 8),
        tag("cherry blossom", "桜", 50),
        tag("cat", "ネコ", 85),
    ]
)


def names(found: list[VocabularyTag]) -> list[str]:
    return [one.name for one in found]


def test_whole_names_come_before_beginnings_words_and_the_rest_each_by_falling_support():
    assert names(SEARCH.find("sky")) == [
        "sky",
        "skyscraper",
        "starry sky",
        "night sky",
        "blue_sky",
        "husky",
    ]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("STARRY  sky ", "starry sky"),
        ("starry_sky", "starry sky"),
        ("blue sky", "blue_sky"),
        ("ｎｉｇｈｔ　ｓｋｙ", "night sky"),
        ("星", "starry sky"),
        ("ほしぞら", "planetarium"),
        ("ﾎｼｿﾞﾗ", "planetarium"),
        ("ねこ", "cat"),
        ("tしゃつ", "t-shirt"),
        ("vocal", "hatsune miku (vocaloid)"),
        ("(voc", "hatsune miku (vocaloid)"),
        ("miku (v", "hatsune miku (vocaloid)"),
        ("shirt", "t-shirt"),
        (">_<", ">_<"),
    ],
)
def test_case_width_kana_underscores_and_punctuation_do_not_stand_between(query, first):
    assert names(SEARCH.find(query))[0] == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("stary sky", "starry sky"),
        ("strary skyy", "starry sky"),
        ("nihgt", "night"),
        ("niight", "night"),
        ("blosom", "cherry blossom"),
        ("chery bl", "cherry blossom"),
        ("cta", "cat"),
        ("星宙", "starry sky"),
        ("はすきい", "husky"),
    ],
)
def test_a_typo_or_two_are_understood(query, first):
    assert names(SEARCH.find(query))[0] == first


def test_typos_come_after_everything_that_has_the_query_as_it_is():
    assert names(SEARCH.find("night")) == ["night", "night sky"]
    search = TagSearch([tag("lights", support=99), tag("light", support=98), tag("nights out")])
    assert names(search.find("nights")) == ["nights out", "lights", "light"]


@pytest.mark.parametrize("query", ["ct", "猫", "xyzzyx", "🦄"])
def test_what_is_too_short_to_be_mistyped_or_like_nothing_finds_nothing(query):
    assert SEARCH.find(query) == []


@pytest.mark.parametrize("query", ["", "  ", "　", "_", "\x00\x01\n"])
def test_an_empty_query_finds_the_best_supported(query):
    assert names(SEARCH.find(query, 3)) == ["husky", "skyscraper", "starry sky"]


def test_equal_support_keeps_the_order_of_the_vocabulary():
    assert names(TagSearch([tag("b"), tag("a"), tag("c")]).find("")) == ["b", "a", "c"]


def test_an_empty_vocabulary_finds_nothing():
    search = TagSearch([])
    assert search.find("sky") == search.find("") == search.close("sky") == []
    assert search.exact("sky") is None


RULES = TagRules(
    hidden=frozenset({"skyscraper", "night"}),
    aliases={
        "starry sky": "Hoshizora",
        "night": "夜の時間",
        "planetarium": "sky theatre",
        "a tag of an older bundle": "oldie",
    },
)


def test_the_guilds_own_names_are_found_among_the_others():
    assert names(SEARCH.find("ｈｏｓｈｉ", rules=RULES)) == ["starry sky"]
    assert names(SEARCH.find("hosizora", rules=RULES)) == ["starry sky"]
    assert names(SEARCH.find("theat", rules=RULES)) == ["planetarium"]
    assert names(SEARCH.find("sky t", rules=RULES))[0] == "planetarium"
    assert SEARCH.find("hoshi") == []
    assert SEARCH.find("oldie", rules=RULES) == []


def test_a_tag_with_several_matching_names_is_found_once():
    rules = TagRules(aliases={"sky": "sky blue sky"})
    assert names(SEARCH.find("sky", rules=rules)).count("sky") == 1


def test_hidden_tags_are_not_known_by_any_name():
    assert "skyscraper" not in names(SEARCH.find("sky", rules=RULES))
    assert "skyscraper" not in names(SEARCH.find("", rules=RULES))
    assert SEARCH.exact("skyscraper", RULES) is None
    assert SEARCH.exact("夜の時間", RULES) is None
    assert "skyscraper" not in names(SEARCH.close("skyscrapers", RULES))


def test_aliases_follow_the_rules_as_they_are_now():
    assert SEARCH.exact("Mika", TagRules(aliases={"cat": "Mika"})) == SEARCH.exact("cat")
    assert SEARCH.exact("Mika", TagRules(aliases={"sky": "Mika"})) == SEARCH.exact("sky")
    assert SEARCH.exact("Mika") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sky", "sky"),
        ("Blue Sky", "blue_sky"),
        ("星空", "starry sky"),
        ("ハスキー", "husky"),
        ("はすきー", "husky"),
        ("hoshizora", "starry sky"),
    ],
)
def test_a_tag_is_known_by_each_of_its_names(text, name):
    found = SEARCH.exact(text, RULES)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", ["", " ", "sk", "skyy", "x" * 10_000])
def test_half_a_name_is_no_name(text):
    assert SEARCH.exact(text) is None


def test_a_name_as_it_stands_wins_over_an_alias_and_an_alias_over_a_folded_name():
    search = TagSearch([tag("Sky"), tag("SKY", support=99), tag("air", "空")])
    rules = TagRules(aliases={"air": "sky"})
    assert [search.exact(text, rules).name for text in ("Sky", "SKY", "sky")] == [
        "Sky",
        "SKY",
        "air",
    ]
    assert search.exact("sky").name == "SKY"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("night skies", "night sky"),
        ("sky night", "night sky"),
        ("scyscraper", "skyscraper"),
        ("huskies", "husky"),
        ("初音ミクさん", "hatsune miku (vocaloid)"),
    ],
)
def test_an_unknown_name_gets_suggestions(text, suggestion):
    found = SEARCH.close(text)
    assert found[0].name == suggestion
    assert len(found) <= 3


def test_suggestions_know_the_guilds_own_names():
    assert names(SEARCH.close("theatre of the sky", RULES))[0] == "planetarium"


@pytest.mark.parametrize("text", ["", " ", "qqqqqqq"])
def test_without_anything_alike_nothing_is_suggested(text):
    assert SEARCH.close(text) == []


def test_a_key_of_eight_digits_leads_back_to_its_tag():
    for one in SEARCH.vocabulary:
        key = SEARCH.key(one.name)
        assert len(key) == 8
        assert int(key, 16) >= 0
        assert SEARCH.by_key(key) is one
    assert SEARCH.by_key("") is SEARCH.by_key("0" * 8) is SEARCH.by_key("sky") is None


def test_a_key_outlives_the_vocabulary():
    assert TagSearch([tag("sky", support=1), tag("new")]).key("sky") == SEARCH.key("sky")


def test_two_tags_with_the_same_digits_keep_keys_of_their_own():
    # The first pair of "tag 0", "tag 1", … whose digits are the same.
    one, other = tag("tag 49771"), tag("tag 72775")
    digits = {TagSearch([one]).key(one.name), TagSearch([other]).key(other.name)}
    assert digits == {"8f062fc0"}
    for search in (TagSearch([one, other]), TagSearch([other, one])):
        assert search.key(one.name) == "8f062fc0"
        assert search.by_key(search.key(other.name)) is other


def test_the_key_of_an_unknown_name_leads_to_no_tag():
    search = TagSearch([tag("tag 49771")])
    assert search.by_key(search.key("tag 72775")) is None


# --- a guild's own tags

OWN = SEARCH.with_own(
    [tag("sky palace", "天空の城", 3), tag("cat", "うちのネコ", 4), tag("zine", "", 5)]
)


def test_own_tags_come_first_in_each_group_of_what_is_found():
    assert names(OWN.find("", 4)) == ["zine", "cat", "sky palace", "husky"]
    assert names(OWN.find("sky"))[:3] == ["sky", "sky palace", "skyscraper"]
    assert names(OWN.find("天空"))[0] == "sky palace"
    assert names(OWN.find("zime")) == ["zine"]
    assert names(OWN.close("sky palaces"))[0] == "sky palace"


def test_an_own_tag_takes_the_place_of_the_vocabularys_of_its_name():
    assert OWN.exact("cat").name_ja == "うちのネコ"
    assert OWN.exact("うちのねこ").name == "cat"
    assert OWN.exact("ネコ") is None
    assert names(OWN.find("cat")) == ["cat"]
    assert sorted(names(list(OWN.vocabulary))) == sorted(
        {*names(list(SEARCH.vocabulary)), "sky palace", "zine"}
    )


def test_what_a_guild_hides_or_renames_may_be_its_own_tag():
    rules = TagRules(frozenset({"zine"}), {"sky palace": "laputa"})
    assert OWN.exact("zine", rules) is None
    assert OWN.exact("Laputa", rules).name == "sky palace"
    assert SEARCH.exact("Laputa", rules) is None


def test_own_tags_have_keys_and_the_vocabulary_is_as_it_was():
    for one in OWN.vocabulary:
        assert OWN.by_key(OWN.key(one.name)) is one
    assert SEARCH.by_key(OWN.key("zine")) is None
    assert SEARCH.exact("zine") is None
    assert SEARCH.exact("cat").name_ja == "ネコ"


def test_own_tags_are_added_to_a_large_vocabulary_in_no_time():
    large = TagSearch([tag(f"word {number} of many", support=number) for number in range(30_000)])
    own = [tag(f"own {number}") for number in range(5)]
    large.with_own(own)
    assert loops(lambda: large.with_own(own)) < 0.3


# --- properties

LETTERS = st.text("ab _-ァあ亜é(", min_size=1, max_size=8)
VOCABULARIES = st.lists(
    st.builds(tag, LETTERS, st.just("") | LETTERS, st.integers(0, 5)),
    unique_by=lambda one: one.name,
    max_size=40,
)


@given(VOCABULARIES, LETTERS | st.text(max_size=12), st.integers(0, 30), st.data())
def test_what_is_found_is_unique_within_the_limit_and_never_hidden(vocabulary, query, limit, data):
    known = st.sampled_from([one.name for one in vocabulary]) if vocabulary else LETTERS
    hidden = data.draw(st.frozensets(known))
    rules = TagRules(hidden, data.draw(st.dictionaries(known, LETTERS)))
    search = TagSearch(vocabulary)
    for found in (search.find(query, limit, rules), search.close(query, rules, limit)):
        assert len(found) == len(set(names(found))) <= limit
        assert not hidden & set(names(found))
        assert set(found) <= set(vocabulary)


@given(VOCABULARIES, st.data())
def test_each_of_a_tags_names_finds_it_among_those_of_that_name_before_all_others(vocabulary, data):
    search = TagSearch(vocabulary)
    for one in vocabulary:
        for name in filter(fold, (one.name, one.name_ja)):
            called_so = {
                other
                for other in vocabulary
                if fold(name) in {fold(other.name), fold(other.name_ja)}
            }
            assert one in search.find(name, len(called_so))
            assert search.exact(name) in called_so


@given(VOCABULARIES, LETTERS)
def test_the_groups_are_those_of_a_plain_look_at_every_name(vocabulary, query):
    def group(one: VocabularyTag) -> int:
        known = [name for name in (fold(one.name), fold(one.name_ja)) if name]
        if wanted in known:
            return 0
        if any(name.startswith(wanted) for name in known):
            return 1
        return 2 if any(wanted in name for name in known) else 3

    wanted = fold(query)
    if wanted:
        groups = [group(one) for one in TagSearch(vocabulary).find(query, 40)]
        assert groups == sorted(groups)
        assert sum(number < 3 for number in groups) == sum(group(one) < 3 for one in vocabulary)


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_answered(text):
    assert len(SEARCH.find(text, rules=RULES)) <= 25
    assert len(SEARCH.close(text, RULES)) <= 3
    assert SEARCH.exact(text, RULES) in (None, *SEARCH.vocabulary)
    assert SEARCH.by_key(text) is None
    assert len(SEARCH.key(text)) == 8


# --- speed

LARGE = 30_000


@pytest.fixture(scope="module")
def large() -> TagSearch:
    syllables = ["ka", "shi", "no", "ten", "ry", "el", "sky", "bo", "hana", "ú", "zu", "mi"]
    japanese = "空夜星花海山雪月人犬猫川"

    def spelt(number: int, parts: list[str] | str) -> str:
        digits = []
        while number:
            number, digit = divmod(number, len(parts))
            digits.append(parts[digit])
        return "".join(digits)

    return TagSearch(
        [
            tag(
                f"{spelt(number * 7919, syllables)} {spelt(number % 997, syllables)}".strip(),
                spelt(number, japanese),
                number % 1000,
            )
            for number in range(1, LARGE + 1)
        ]
    )


WORST = [
    *"skxu空あー.",
    "zz",
    "hana s",
    "ksahi",
    "hanaskyten eltn",
    "花花宙",
    "qqqqqqqq",
    "🦄" * 50,
    "مرحبا \u202e",
    "x" * 10_000,
    "ﷺ" * 10_000,
    "\u0301\u0327" * 5_000,
    "\x00\x01\n" * 3_000,
    "a\ud800",
    "sky " * 2_500,
]


@pytest.mark.parametrize("query", WORST, ids=range(len(WORST)))
def test_a_letter_typed_takes_milliseconds_among_30000_tags(large, query):
    assert len(large.vocabulary) == LARGE
    rules = TagRules(
        frozenset(one.name for one in large.vocabulary[:2000]),
        {one.name: f"our {one.name}" for one in large.vocabulary[2000:2500]},
    )
    large.find(query, rules=rules)  # the guild's own names are prepared once
    for ask in (large.find, large.close):
        for kept in (NO_RULES, rules):
            # 15 ms at most when nothing else runs, and a few for most of them.
            assert loops(partial(ask, query, rules=kept)) < 10
