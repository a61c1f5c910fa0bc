"""Taught tags follow to another bundle: fitted for its encoder before it answers."""

from dataclasses import dataclass, replace

from bot.catalogue.turns import Turns
from bot.inference.client import BundleFacts
from bot.teaching.teacher import Teacher, TeacherOptions
from bot.teaching.teaching import Teaching


@dataclass(frozen=True)
class Relearning:
    """Fits taught tags for a bundle that is to be served.

    Attributes:
        teaching: Knows the tags.
        teacher: Fits for the bundle that is served.
        options: What teachers are started with, but for the bundle.
        turns: Whose turn it is.
    """

    teaching: Teaching
    teacher: Teacher
    options: TeacherOptions
    turns: Turns

    async def refit(self, facts: BundleFacts, bundle: str) -> int:
        """Fit every taught tag for a bundle, as far as it is not.

        Returns:
            How many were.

        Raises:
            TeachingLostError: If the teaching process was lost; trying again helps.
            TeachingFailedError: If it refuses the bundle.
        """
        # A process of its own: the other one goes on fitting for whoever teaches meanwhile.
        teacher = Teacher(replace(self.options, bundle=bundle))
        try:
            # Of several processes of the bot one fits; the others find nothing left to do.
            async with self.turns.turn(f"relearn {facts.prior_id}"):
                return await self.teaching.refit_for(facts, teacher)
        finally:
            await teacher.close()

    def turn_to(self, bundle: str) -> None:
        """Fit with this bundle from now on."""
        self.teacher.turn_to(replace(self.options, bundle=bundle))

    async def switched(self) -> None:
        """Fit again what was taught while the bundle was not served yet."""
        await self.teaching.switched()
