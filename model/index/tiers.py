"""Which segments are joined: so that there are few of them, and each item is seldom rewritten.

After each joining every segment is more than twice as large as all smaller ones together. So N
items lie in at most log₃(N / tail limit) segments, about six for two millions; and whenever an item
is written anew its segment has grown by half, which is as seldom as that.
"""

from collections.abc import Sequence

RATIO = 2


def to_join(
    fresh: int, segments: Sequence[tuple[int, int]], limit: int, most_dead: float
) -> list[int] | None:
    """Choose what is written as one new segment, together with everything that is in memory.

    Args:
        fresh: Items in memory.
        segments: Of each: its living items, and those that were deleted.
        limit: As many items are left in memory.
        most_dead: A segment with a larger share of deleted items is written anew.

    Returns:
        Places of segments; None where there is nothing to do.
    """
    rotten = {
        place for place, (living, dead) in enumerate(segments) if dead > most_dead * (living + dead)
    }
    if fresh <= limit:
        return sorted(rotten) or None
    chosen = set(rotten)
    total = fresh + sum(segments[place][0] for place in rotten)
    for place in sorted(range(len(segments)), key=lambda one: segments[one][0]):
        if place in chosen:
            continue
        if segments[place][0] > RATIO * total:
            break
        chosen.add(place)
        total += segments[place][0]
    return sorted(chosen)
