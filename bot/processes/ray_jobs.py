"""Runs training commands as jobs of a Ray cluster, on a node with a GPU.

A job ends with the ``with`` that it was launched in, as a child process does. A bot that was killed
could not do that: so the next one ends what it left in the same place first. What the command has
finished until then lies in its work directory, where it goes on.

Every node must see the bot's data directory at the same path. Nothing of the bot's environment is
passed on, its secrets least of all.
"""

import asyncio
import contextlib
import logging
import shlex
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.config import ClusterConfig
from bot.jobs import to_its_end
from bot.processes import commands

# How long a cluster that does not answer is waited for.
PATIENCE_SECONDS = 120.0
# How long one request may go unanswered: Ray's client would wait for ever for a head that hangs.
REQUEST_SECONDS = 20.0
# How long a job that was stopped may take to end; the bot itself must end within ten seconds.
STOP_SECONDS = 8.0
# How often a job is submitted again because its node was lost.
MOST_LOSSES = 3
# What `python -m train` ends with when it says why it cannot go on.
SAID_WHY = 2
PLACE = "hoshizora_log"
OVER = {"SUCCEEDED", "FAILED", "STOPPED"}

log = logging.getLogger(__name__)


class _LostError(Exception):
    """A job has ended without its command's having ended by itself."""


class RayJob:
    """A command as a job: submitted, looked at, submitted again if its node is lost."""

    def __init__(self, launcher: "RayJobs", entrypoint: str, place: Path) -> None:
        self._launcher = launcher
        self._entrypoint = entrypoint
        self._place = place
        self._id = ""  # Of the submission that is under way.
        self._may_run = False  # Also a submission whose answer did not come may.
        self._losses = 0
        self._silent_since: float | None = None
        self._asking: asyncio.Task[int | None] | None = None

    async def ended(self) -> int | None:
        """See ``Running``."""
        await asyncio.sleep(commands.LOOK_SECONDS)
        asking = asyncio.to_thread(self._look if self._id else self._submit)
        self._asking = asyncio.create_task(asking)
        try:
            status = await asyncio.shield(self._asking)
        except _LostError as error:
            return self._lost(str(error))
        except (OSError, RuntimeError) as error:
            return self._unheard(error)
        self._silent_since = None
        return status

    async def stop(self) -> None:
        """End the job, if it has not ended, and wait until it has."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                if self._asking is not None:  # Perhaps it is just being submitted.
                    await asyncio.wait([self._asking])
                if not self._may_run:
                    return
                while await asyncio.to_thread(self._end_what_runs):  # noqa: ASYNC110 - only asking tells
                    await asyncio.sleep(commands.LOOK_SECONDS)
        except (OSError, RuntimeError) as error:
            told = self._place, _first_line(error)
            log.warning("the Ray job that writes %s could not be stopped: %s", *told)

    def _submit(self) -> int | None:
        """Submit, unless something that an earlier bot has left here has still to end."""
        if self._end_what_runs():
            return None
        submission = f"hoshizora-{uuid.uuid4().hex}"
        self._may_run = True
        self._launcher.client.submit_job(
            submission_id=submission,
            entrypoint=self._entrypoint,
            entrypoint_num_gpus=self._launcher.config.gpus or None,
            runtime_env={"env_vars": {"TQDM_MININTERVAL": commands.QUIET["TQDM_MININTERVAL"]}},
            metadata={PLACE: str(self._place)},
        )
        self._id = submission
        log.info("submitted the Ray job %s", submission)
        return None

    def _end_what_runs(self) -> bool:
        """Have every job of this place stopped; whether there was one that has not ended yet."""
        client = self._launcher.client
        left = [
            job.submission_id
            for job in client.list_jobs()
            if (job.metadata or {}).get(PLACE) == str(self._place) and job.status not in OVER
        ]
        for submission in left:
            client.stop_job(submission)
        return bool(left)

    def _look(self) -> int | None:
        try:
            job = self._launcher.client.get_job_info(self._id)
        except RuntimeError as error:
            if "404" not in str(error):
                raise
            raise _LostError("the cluster does not know it any more") from None
        if job.status not in OVER:
            return None
        ended, self._id, self._may_run = self._id, "", False
        with contextlib.suppress(OSError, RuntimeError):  # The node that had it may be gone.
            self._say(self._launcher.client.get_job_logs(ended))
        if job.status == "SUCCEEDED":
            return 0
        if job.status == "STOPPED":
            self._say(f"The Ray job {ended} was stopped on the cluster.")
            return SAID_WHY
        if job.driver_exit_code is None:
            raise _LostError(str(job.message))
        return int(job.driver_exit_code) or SAID_WHY

    def _lost(self, why: str) -> int | None:
        self._id = ""
        self._losses += 1
        log.warning("a Ray job was lost: %s", why)
        if self._losses <= MOST_LOSSES:
            return None
        self._say(f"The cluster lost the job {self._losses} times, the last time so: {why}")
        return SAID_WHY

    def _unheard(self, error: Exception) -> int | None:
        """Wait for a cluster that does not answer, but not for ever."""
        now = time.monotonic()
        if self._silent_since is None:
            self._silent_since = now
            log.warning("the Ray cluster does not answer: %s", _first_line(error))
        if now - self._silent_since < PATIENCE_SECONDS:
            return None
        self._say(
            f"The Ray cluster {self._launcher.config.address} (bot.rebuild.cluster.address) does "
            f"not answer: {_first_line(error)} Start it, or correct the address."
        )
        return SAID_WHY

    def _say(self, text: str) -> None:
        with self._place.open("a", encoding="utf-8") as file:
            file.write(text.rstrip() + "\n")


class RayJobs:
    """Launches training commands on a cluster."""

    def __init__(
        self,
        config: ClusterConfig,
        program: Sequence[str] = (),
        connect: Callable[[str], Any] | None = None,
    ) -> None:
        """Nothing is connected to yet.

        Args:
            config: Which cluster, and what of it.
            program: What is run there; another one than ``python -m train`` only in tests.
            connect: Makes the client for an address; another one only in tests.
        """
        self.config = config
        self._program = tuple(program) or (config.python or sys.executable, "-m", "train")
        self._connect = connect or _client_of
        self._client: Any = None

    @property
    def client(self) -> Any:  # noqa: ANN401 - Ray is not always installed
        """What asks the cluster; blocks.

        Raises:
            ConnectionError: If the cluster cannot be reached.
        """
        if self._client is None:
            self._client = self._connect(self.config.address)
        return self._client

    @asynccontextmanager
    async def running(self, arguments: Sequence[str], log: Path) -> AsyncIterator[RayJob]:
        """See ``Launcher``; what the command prints is in the file when it has ended."""
        # Paths of the command line may be relative, and so is that of the default configuration.
        command = shlex.join([*self._program, *arguments])
        entrypoint = f"cd {shlex.quote(str(Path.cwd()))} && exec {command}"
        job = RayJob(self, entrypoint, Path.cwd() / log)
        try:
            yield job
        finally:
            await to_its_end(job.stop())


def _client_of(address: str) -> Any:  # noqa: ANN401 - Ray is not always installed
    from ray.job_submission import JobSubmissionClient

    class Impatient(JobSubmissionClient):  # type: ignore[misc]
        """The client, with an end to its patience."""

        def _do_request(self, method: str, endpoint: str, **options: Any) -> Any:  # noqa: ANN401
            return super()._do_request(method, endpoint, timeout=REQUEST_SECONDS, **options)

    return Impatient(address)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
