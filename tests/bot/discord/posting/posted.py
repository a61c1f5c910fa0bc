"""What the tests of the way of a post share: posting, and how far it is."""

from tests.bot.discord.buttons.art import Art, Colour
from tests.bot.discord.community import Community
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.world import Channel

RED, CRIMSON = (220, 30, 30), (215, 32, 30)
SENDING = r"/channels/\d+/messages"


async def post(art: Art, colour: Colour = RED, *, channel: Channel | None = None) -> Message:
    """Let mira post an image, without waiting for anything."""
    file = File("a.png", art.picture(colour))
    return await art.mira.post(channel or art.sketches, files=[file])


async def has_state(community: Community, message: Message, state: str) -> bool:
    """Whether a post is so far."""
    found = await community.catalogue.posts.get(message.id)
    return found is not None and found.state == state


async def is_answered(community: Community, message: Message) -> bool:
    """Whether a post has its answer."""
    return await has_state(community, message, "answered")
