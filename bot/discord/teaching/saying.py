"""What is said of a lesson, line by line: no Discord in here, and nothing asked of anybody."""

from collections.abc import Mapping, Sequence

from bot.discord.autocompleting import all_names
from bot.discord.errors import RefusalError
from bot.discord.teaching import texts
from bot.discord.teaching.lesson import called
from bot.discord.texts import IMAGE_ERRORS
from bot.posts import Language
from bot.tags.rules import NO_RULES
from bot.teaching.registering import Registered
from bot.teaching.rounds import Round
from bot.texts import Text

Failures = Sequence[tuple[int, str]]
MOST_CLOSE = 3


def failure_lines(language: Language, failures: Failures) -> list[str]:
    """Which examples could not be read, and why.

    Args:
        language: In which it is said.
        failures: The number of each, and the code that says why.
    """
    return [
        texts.EXAMPLE_FAILED(
            language,
            number=number,
            error=IMAGE_ERRORS.get(code, IMAGE_ERRORS["internal"])(language),
        )
        for number, code in failures
    ]


def no_example_error(failures: Failures) -> RefusalError:
    """No example could be read; what is said of each is said in both languages."""
    english = [texts.NO_EXAMPLE_READ("en"), *failure_lines("en", failures)]
    japanese = [texts.NO_EXAMPLE_READ("ja"), *failure_lines("ja", failures)]
    return RefusalError(Text("\n".join(english), "\n".join(japanese)))


def registered_lines(
    language: Language, registered: Registered, failures: Failures = ()
) -> list[str]:
    """What came of a registration: the tag, and what is worth knowing about its examples."""
    tag = called(registered.name, registered.name_ja, language)
    count, distinct = len(registered.examples), registered.distinct
    lines = [texts.REGISTERED(language, tag=tag, count=count)]
    if count > 1 and distinct == 1:
        lines.append(texts.ALL_THE_SAME(language))
    elif distinct < count:
        lines.append(texts.SOME_THE_SAME(language, distinct=distinct))
    if (likeness := registered.likeness) is not None:
        other, percent = all_names(likeness.tag, NO_RULES), round(100 * likeness.share)
        lines.append(texts.LOOKS_LIKE(language, tag=other, percent=percent))
    if registered.close:
        others = " / ".join(all_names(one, NO_RULES) for one in registered.close[:MOST_CLOSE])
        lines.append(texts.NAME_IS_CLOSE(language, others=others))
    return [*lines, *failure_lines(language, failures)]


def version_line(language: Language, asked: Round) -> str:
    """Which version of the tag is in use, and what it was learnt from."""
    tag = called(asked.tag.name, asked.tag.name_ja, language)
    if not asked.version:
        return texts.NOT_LEARNT_YET(language, tag=tag)
    return texts.LEARNT(
        language,
        tag=tag,
        version=asked.version,
        right=asked.positives,
        wrong=asked.negatives,
    )


def round_lines(language: Language, asked: Round, *, late: bool) -> list[str]:
    """What stands above the grid of a round.

    Args:
        language: In which it is said.
        asked: The round.
        late: Whether what was said last is not learnt yet.
    """
    lines = [texts.STILL_LEARNING(language)] if late else []
    if asked.version or not late:
        lines.append(version_line(language, asked))
    shown = texts.ASKING if asked.illustrations else texts.NOTHING_TO_ASK
    return [*lines, shown(language)]


def others_are_wrong(offered: Sequence[int], said: Mapping[int, bool]) -> dict[int, bool | None]:
    """What it means that all others of a grid do not have the tag.

    Args:
        offered: The illustrations of the grid.
        said: What the teacher has said of them.
    """
    return {one: False for one in offered if one not in said}
