"""What one sees of a text: words of strangers, in one line.

Whoever names a file or a tag may hide characters in it, turn the writing around or stack marks
over the lines above. What is left here is what a reader would say stands there.
"""

import unicodedata

# More marks on one letter than any language has would cover the lines around.
MOST_MARKS = 3
# Letters that show nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def visible_letters(text: str) -> list[str]:
    """What one sees as one letter, its marks included, in one line.

    Line breaks become spaces; control, direction and zero-width characters go.
    """
    if text.isascii() and text.isprintable():
        return list(" ".join(text.split()))
    visible = "".join(map(_visible, unicodedata.normalize("NFC", text)))
    letters: list[str] = []
    for one in " ".join(visible.split()):
        if not unicodedata.category(one).startswith("M"):
            letters.append(one)
        elif letters and len(letters[-1]) <= MOST_MARKS:
            letters[-1] += one
    return letters


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zs", "Zl", "Zp") or character in _BLANK:
        return " "
    return "" if category.startswith("C") else character
