"""What a process is called: by its data directory, which it holds alone and finds again.

So what it had claimed before a restart, or a kill, is its own at once.
"""

import re
import secrets
from pathlib import Path

from bot.errors import StartError

FILE = "process"
_NAME = re.compile(r"[0-9a-f]{16}")


def worker_of(data_dir: Path) -> str:
    """The name of the process that holds a data directory; made at its first start.

    Raises:
        StartError: If it can be neither read nor written.
    """
    file = data_dir / FILE
    try:
        kept = file.read_text(encoding="ascii", errors="replace") if file.exists() else ""
        if not _NAME.fullmatch(kept):
            kept = secrets.token_hex(8)
            partial = file.with_name(f".{FILE}.partial")
            partial.write_text(kept, encoding="ascii")
            partial.replace(file)
    except OSError as error:
        raise StartError(
            f"The file {file} cannot be used: {error.strerror}. It holds what this process is "
            "called; check bot.data_dir."
        ) from error
    return kept
