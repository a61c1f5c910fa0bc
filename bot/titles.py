"""Titles of illustrations, made of file names that anybody may have chosen."""

import re
import unicodedata

LONGEST_TITLE = 100


def clean_title(file_name: str) -> str:
    """A title from a file name that anybody may have chosen.

    Directories, the suffix and unprintable characters (line breaks, direction marks) go.
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", file_name)[-1])
    stem = name.rpartition(".")[0] or name
    printable = "".join(one if one.isprintable() else " " for one in stem)
    return " ".join(printable.split())[:LONGEST_TITLE].strip()
