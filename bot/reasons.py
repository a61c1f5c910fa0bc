"""Why something failed, as people elsewhere may read it: without the directories of this machine.

The log has the whole sentence. Who asks over HTTP or on Discord needs the name of a file at most.
"""

import re

_DIRECTORIES = re.compile(
    r"""(?<![\w.…/\\<>])(?:[A-Za-z]:[\\/]+|[\\/]+)(?=[\w.~-])  # an absolute path begins
    (?:[^\s'"`,;:()<>|/\\]+[\\/]+)*                            # its directories""",
    re.VERBOSE,
)


def without_directories(reason: str) -> str:
    """A sentence in which of each absolute path only the last name is left."""
    return _DIRECTORIES.sub("…/", reason)
