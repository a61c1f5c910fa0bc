"""Posts of guilds: claimed exactly once, worked on, answered, forgotten."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Database, among, insert_new, portions
from bot.catalogue.errands import insert_errands, of_post
from bot.catalogue.forgetting import forget_posts, render_posts_again
from bot.catalogue.post_queries import PostQueries
from bot.catalogue.reading import read_posts
from bot.catalogue.tombstones import Tombstones
from bot.catalogue.writing import insert_neighbours
from bot.errors import UnknownPostError
from bot.illustrations import Neighbour
from bot.places import AttachmentKey
from bot.posts import NewPost, Post, PostState


class Posts(PostQueries):
    """What is stored of posts."""

    def __init__(self, database: Database, tombstones: Tombstones) -> None:
        super().__init__(database)
        self._tombstones = tombstones

    async def claim(self, post: NewPost, state: PostState = "pending") -> bool:
        """Take a post on.

        Args:
            post: The post.
            state: How far it is then; what is pending is answered, after a kill too.

        Returns:
            Whether it is new: of any number of calls for one message, one is told so. What was
            forgotten for good never is.
        """
        row = {
            "id": post.id,
            **vars(post.place),
            "author_id": post.author_id,
            "created_at": post.created_at,
            "state": state,
            "reply_id": None,
            "outdated": False,
        }
        async with self._database.writing() as connection:
            if await self._tombstones.is_buried(connection, post.id):
                return False
            return await insert_new(connection, tables.posts, [row]) > 0

    async def get(self, post_id: int) -> Post | None:
        """One post, None when there is none."""
        return await self._first(tables.posts.c.id == post_id)

    async def some(self, ids: Collection[int]) -> list[Post]:
        """Those of some messages that are posts of the catalogue."""
        found: list[Post] = []
        async with self._database.reading() as connection:
            for some in portions(ids):
                found += await read_posts(connection, tables.posts.c.id.in_(some))
        return found

    async def of_reply(self, reply_id: int) -> Post | None:
        """The post that a message of the bot's answers, None when it answers none."""
        return await self._first(tables.posts.c.reply_id == reply_id)

    async def of_illustrations(self, ids: Collection[int]) -> dict[int, Post]:
        """The posts of illustrations, by the illustration's id; those of no post lack."""
        attachments, asked = tables.attachments, set(ids)
        found: dict[int, Post] = {}
        async with self._database.reading() as connection:
            for some in portions(asked):
                of_these = sa.select(attachments.c.post_id).where(
                    attachments.c.illustration_id.in_(some)
                )
                for post in await read_posts(connection, tables.posts.c.id.in_(of_these)):
                    found.update((id_, post) for id_ in post.illustration_ids if id_ in asked)
        return found

    async def pending(self, guild_ids: Collection[int] | None = None) -> list[Post]:
        """What was taken on and is not settled, oldest first.

        Args:
            guild_ids: Only in these guilds; None: in all.
        """
        chosen: sa.ColumnElement[bool] = tables.posts.c.state.in_(("pending", "asked"))
        if guild_ids is not None:
            chosen &= among(tables.posts.c.guild_id, guild_ids)
        async with self._database.reading() as connection:
            return await read_posts(connection, chosen)

    async def note_error(self, key: AttachmentKey, code: str) -> None:
        """Note that nothing became of an attachment, unless it is known already.

        Raises:
            UnknownPostError: If its post was forgotten.
        """
        row = {
            "post_id": key.post_id,
            "attachment_id": key.attachment_id,
            "place": key.place,
            "title": key.title,
            "spoiler": key.spoiler,
            "illustration_id": None,
            "error": code,
        }
        try:
            async with self._database.writing() as connection:
                await insert_new(connection, tables.attachments, [row])
        except sa.exc.IntegrityError as error:
            raise _unknown(key.post_id) from error

    async def showing(self, post_id: int, rows: Mapping[int, Sequence[Neighbour]]) -> None:
        """Record what the answer to a post shows, in place of what was recorded before.

        What does not exist any more is left out; the answer is then known to be outdated.

        Args:
            post_id: The post.
            rows: What is similar, by the post's illustrations.

        Raises:
            UnknownPostError: If the post was forgotten.
        """
        table, attachments, near = tables.posts, tables.attachments, tables.neighbours
        own = sa.select(attachments.c.illustration_id).where(
            attachments.c.post_id == post_id, attachments.c.illustration_id.is_not(None)
        )
        async with self._database.writing() as connection:
            found = await connection.execute(sa.select(table).where(table.c.id == post_id))
            post = found.one_or_none()
            if post is None:
                raise _unknown(post_id)
            known = set(await connection.scalars(own))
            await connection.execute(sa.delete(near).where(near.c.illustration_id.in_(known)))
            shown = {id_: row for id_, row in rows.items() if id_ in known}
            complete = await insert_neighbours(connection, near, shown)
            if not complete or len(shown) < len(rows):
                await render_posts_again(connection, [post])

    async def settle(self, post_id: int, state: PostState, reply_id: int | None = None) -> bool:
        """Note how far a post is, and which message answers it.

        A post that somebody has asked for meanwhile does not become a quiet one. If anything that
        ``showing`` recorded was forgotten since, the reply is noted to be rendered again.

        Returns:
            False: it was forgotten meanwhile, and a reply to it has to go.
        """
        table = tables.posts
        async with self._database.writing() as connection:
            found = await connection.execute(sa.select(table).where(table.c.id == post_id))
            before = found.one_or_none()
            if before is None:
                return False
            if (before.state, state) == ("asked", "quiet"):
                return True
            changed = await connection.execute(
                sa.update(table)
                .where(table.c.id == post_id)
                .values(state=state, reply_id=reply_id, outdated=False)
                .returning(table)
            )
            if before.outdated and reply_id is not None:
                await insert_errands(connection, "render", [of_post(changed.one())])
        return True

    async def ask(self, post_id: int) -> bool:
        """Note that somebody wants the answer to a post that is quiet, or may become so.

        Returns:
            Whether they are the first; everybody after them need do nothing.
        """
        table = tables.posts
        first = (
            sa.update(table)
            .where(table.c.id == post_id, table.c.state.in_(("pending", "quiet")))
            .values(state="asked")
        )
        async with self._database.writing() as connection:
            return (await connection.execute(first)).rowcount == 1

    async def remove(self, post_ids: Collection[int], *, for_good: bool = False) -> dict[int, str]:
        """Forget posts with their illustrations; unknown ids are ignored.

        Their replies get an errand to be deleted, other answers that showed something of them one
        to be rendered again.

        Args:
            post_ids: Which.
            for_good: Whether they may never be taken on again, although their messages stand.

        Returns:
            The thumbnails' keys of the illustrations, by id.
        """
        # Most messages that are deleted were no posts: those must cost nothing.
        known = await self.known(post_ids)
        if not known:
            return {}
        async with self._database.forgetting() as connection:
            if for_good:
                await self._tombstones.bury(connection, known)
            return await forget_posts(connection, known)

    async def _first(self, chosen: sa.ColumnElement[bool]) -> Post | None:
        async with self._database.reading() as connection:
            found = await read_posts(connection, chosen)
        return found[0] if found else None


def _unknown(post_id: int) -> UnknownPostError:
    return UnknownPostError(f"There is no post {post_id}; it may have been deleted.")
