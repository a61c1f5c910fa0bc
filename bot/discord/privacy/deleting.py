"""Everything about a person goes, and does not come back by itself.

The messages on Discord stay, so an import that comes later, or one that is under way, would bring
the same illustrations again. Therefore two facts are kept, under seals that hide whose they are
(``bot.catalogue.tombstones``): which messages were known, and the moment of the wish. What the
person posted before it is left alone.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.catalogue import Catalogue
from bot.library import Library


@dataclass(frozen=True)
class Deleted:
    """How much went."""

    posts: int
    illustrations: int
    marks: int
    answers: int


async def delete_person(library: Library, user_id: int, moment: datetime) -> Deleted:
    """Forget everything about a person, in every guild; replies follow by errands.

    Args:
        library: Where it is.
        user_id: The person.
        moment: When they wished it, by the clock that dates what they post.
    """
    catalogue: Catalogue = library.catalogue
    # First the wish, then the list: a post that is taken on between the two sees the wish.
    await catalogue.tombstones.wish(user_id, moment)
    await catalogue.people.opt_out(user_id)
    await catalogue.people.forget_name(user_id)
    posts = await catalogue.posts.ids_of(author_id=user_id)
    return Deleted(
        posts=len(posts),
        illustrations=await library.forget_posts(posts, for_good=True),
        marks=await catalogue.people.forget_marks(user_id),
        answers=await catalogue.answers.forget_asker(user_id),
    )
