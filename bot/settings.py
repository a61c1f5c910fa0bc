"""What a run of the bot depends on: its configuration, and what the environment adds to it."""

from dataclasses import dataclass, field

from bot.config import BotConfig
from bot.inference.supervised import InferenceOptions
from bot.shards import ALL_SHARDS, Shards
from model.config import ModelConfig


@dataclass(frozen=True)
class Settings:
    """Everything that a run depends on.

    Attributes:
        bot: The section ``bot``.
        model: The section ``model``.
        token: What HTTP requests must carry; empty: nothing.
        discord_token: Of the Discord application; empty: the local channel alone.
        shards: Those of this process; None: all, as many as Discord asks for.
        tagger: The class that inference loads; another one only in tests.
        train_arguments: Of the command line, what training that the bot starts must get too.
    """

    bot: BotConfig
    model: ModelConfig
    token: str = field(default="", repr=False)
    discord_token: str = field(default="", repr=False)
    shards: Shards | None = None
    tagger: str = InferenceOptions.tagger
    train_arguments: tuple[str, ...] = ()

    @property
    def leads(self) -> Shards | None:
        """The shards whose guilds this process answers in; None: it has none, only HTTP."""
        return (self.shards or ALL_SHARDS) if self.discord_token else None
