"""Since when missed posts are looked for."""

from datetime import datetime, timedelta

# A connection that has died is noticed after a minute or two; until then it counts as connected.
OVERLAP = timedelta(minutes=3)


def missed_since(
    connected_at: datetime | None, now: datetime, at_most: timedelta, changed_at: datetime | None
) -> datetime | None:
    """From which moment on posts of a channel may have been missed, and are answered.

    Args:
        connected_at: When the bot was last known to be connected; None: never before.
        now: The time.
        at_most: Older posts are not answered any more.
        changed_at: When an admin chose what is done in the channel: what was posted before that
            is never answered unasked. None: nobody chose.

    Returns:
        The moment; None: nothing can have been missed.
    """
    if connected_at is None:
        return None
    since = max(connected_at - OVERLAP, now - at_most)
    return since if changed_at is None else max(since, changed_at)
