"""What an index holds at one moment, and a segment that is being made of some of it."""

from dataclasses import dataclass
from pathlib import Path

from model.index.living import AnyLiving, Living
from model.index.run import Run


@dataclass(frozen=True)
class State:
    """What a search sees; every change makes a new one.

    Attributes:
        parts: Segments, and runs that are being made into one.
        tail: The run that grows.
    """

    parts: tuple[AnyLiving, ...]
    tail: Living[Run]

    @property
    def everything(self) -> tuple[AnyLiving, ...]:
        """All parts."""
        return (*self.parts, self.tail)


@dataclass(frozen=True)
class Job:
    """A segment that is being made.

    Attributes:
        directory: Where it will appear.
        sources: What it is made of, as it was when the job began.
    """

    directory: Path
    sources: tuple[AnyLiving, ...]

    @property
    def workplace(self) -> Path:
        """Where it is made."""
        return self.directory.with_name(self.directory.name + ".part")

    def takes(self, living: AnyLiving) -> bool:
        """Whether a part is among the sources."""
        return any(living.part is source.part for source in self.sources)
