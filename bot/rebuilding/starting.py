"""Full rebuilds as jobs: started by the operator, one at a time, led by ``bot.jobs``.

The work happens in child processes at the lowest priority, its training as a job of a cluster where
one is configured; both end with the bot, and the next start goes on with them. What a rebuild needs
lies below ``rebuilds/ID`` and goes when it is over, since it holds copies of what people let be
learnt from. The bundle appears in the bundles directory in one moment; from there the bot takes it
over.
"""

import asyncio
import shutil
from collections.abc import Sequence
from importlib.util import find_spec

from bot.catalogue.jobs import Job, NewJob
from bot.config import ClusterConfig, RebuildConfig
from bot.errors import RequestError
from bot.jobs import JobRunner, Report
from bot.processes.commands import TRAINING, Commands
from bot.processes.ray_jobs import RayJobs
from bot.rebuilding.job import Launchers, Rebuild, RebuildPlaces
from bot.secrets import CATALOGUE_PASSWORD_VARIABLE, store_variables

__all__ = ["KIND", "RebuildPlaces", "Rebuilding", "missing_modules"]

KIND = "rebuild"
TRAINING_MODULES = ("joblib", "matplotlib", "scipy", "sklearn", "tqdm")


class Rebuilding:
    """Starts rebuilds, and leads them."""

    def __init__(
        self,
        jobs: JobRunner,
        config: RebuildConfig,
        places: RebuildPlaces,
        launchers: Launchers | None = None,
    ) -> None:
        """The runner knows the kind from here on.

        Args:
            jobs: Who leads jobs.
            config: What a rebuild learns from besides, and how.
            places: Where things are.
            launchers: What runs ``python -m train``; others only in tests.
        """
        self._jobs = jobs
        self._config = config
        self._places = places
        self._launchers = launchers or launchers_of(config.cluster)
        jobs.lead(KIND, self)

    async def start(self, guild_id: int, asker_id: int, notice_channel_id: int = 0) -> int:
        """Begin a rebuild.

        Args:
            guild_id: Where it was asked for.
            asker_id: By whom.
            notice_channel_id: Where its progress is shown.

        Returns:
            The job's id.

        Raises:
            RequestError: If what training needs is not installed (``training_not_installed``).
            JobRunningError: If a rebuild is under way.
        """
        missing = missing_modules()
        if self._config.cluster.address and find_spec("ray") is None:
            missing.append("ray")
        if missing:
            raise RequestError(
                "training_not_installed",
                f"This bot is installed without what training needs ({', '.join(missing)}). On its "
                "machine, run make setup (or install hoshizora[train], on a cluster "
                "hoshizora[train,ray]), then start it again; or train on another machine and copy "
                "the bundle into bot.bundles_dir.",
            )
        return await self._jobs.start(NewJob(KIND, guild_id, 0, asker_id, notice_channel_id))

    async def run(self, job: Job, report: Report) -> str:
        """Lead a rebuild; see ``bot.jobs.Work``."""
        return await Rebuild(job, report, self._config, self._places, self._launchers).run()

    async def tidy(self, unfinished: Sequence[Job]) -> None:
        """Delete what jobs that are over have left; see ``bot.jobs.Work``."""
        kept = {str(job.id) for job in unfinished}

        def delete() -> None:
            for directory in self._places.rebuilds.glob("*"):
                if directory.name not in kept:
                    shutil.rmtree(directory, ignore_errors=True)

        await asyncio.to_thread(delete)


def launchers_of(config: ClusterConfig, program: Sequence[str] = TRAINING) -> Launchers:
    """What runs the commands of a rebuild.

    Args:
        config: The cluster that trains, if there is one.
        program: What is run on this machine; another one only in tests.

    Returns:
        One that gives an export what leads to the catalogue and its thumbnails; one that gives
        the training no secret.
    """
    exports = Commands(program, secrets=(CATALOGUE_PASSWORD_VARIABLE, *store_variables()))
    return Launchers(exports, RayJobs(config) if config.address else Commands(program))


def missing_modules() -> list[str]:
    """What training needs and is not installed here."""
    return [name for name in TRAINING_MODULES if find_spec(name) is None]
