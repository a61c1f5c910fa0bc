"""A training command as a job of a cluster: launched, followed, ended, and launched again if lost.

The cluster is played by a client that answers as Ray's does; ``make check-cluster`` has a real one.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.config import ClusterConfig
from bot.processes import commands, ray_jobs
from bot.processes.ray_jobs import RayJobs
from model.errors import ConfigError


@dataclass
class Jobs:
    """Ray's client, and the jobs of its cluster: those submitted run until told otherwise."""

    known: dict[str, SimpleNamespace] = field(default_factory=dict)
    reachable: bool = True
    on_submit: Callable[[], None] = lambda: None

    def ask(self) -> None:
        if not self.reachable:
            raise ConnectionError("Failed to connect to Ray.\nand so on")

    def submit_job(self, *, submission_id: str, **how: object) -> None:
        self.ask()
        self.on_submit()
        self.known[submission_id] = SimpleNamespace(
            submission_id=submission_id,
            status="RUNNING",
            message="",
            driver_exit_code=None,
            **how,
        )

    def list_jobs(self) -> list[SimpleNamespace]:
        self.ask()
        return list(self.known.values())

    def get_job_info(self, submission: str) -> SimpleNamespace:
        self.ask()
        if submission not in self.known:
            raise RuntimeError("Request failed with status code 404: no such job")
        return self.known[submission]

    def get_job_logs(self, submission: str) -> str:
        return "what it printed\n"

    def stop_job(self, submission: str) -> None:
        self.get_job_info(submission).status = "STOPPED"

    @property
    def last(self) -> SimpleNamespace:
        return list(self.known.values())[-1]

    def end(self, status: str, code: int | None = None, message: str = "") -> None:
        self.last.driver_exit_code, self.last.message = code, message
        self.last.status = status


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def launcher(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> RayJobs:
    monkeypatch.setattr(commands, "LOOK_SECONDS", 0.001)
    config = ClusterConfig("http://head:8265", gpus=2, python="/opt/python")
    return RayJobs(config, connect=lambda address: jobs)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


async def until_end(running) -> int:
    while (status := await running.ended()) is None:
        pass
    return status


async def test_it_asks_for_a_node_with_gpus_and_runs_where_the_bot_runs(launcher, jobs, log):
    async with launcher.running(("run", "--data", "a b"), log) as running:
        assert await running.ended() is None
        assert jobs.last.entrypoint_num_gpus == 2
        assert (
            jobs.last.entrypoint == f"cd {Path.cwd()} && exec /opt/python -m train run --data 'a b'"
        )


async def test_nothing_of_the_bots_environment_goes_with_it(launcher, jobs, log, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    async with launcher.running(("run",), log) as running:
        await running.ended()
    assert "secret" not in str(jobs.last)
    assert set(jobs.last.runtime_env["env_vars"]) == {"TQDM_MININTERVAL"}


@pytest.mark.parametrize(("ended", "status"), [(("SUCCEEDED", 0), 0), (("FAILED", 3), 3)])
async def test_it_ends_with_the_commands_status_and_its_words_in_the_log(
    launcher, jobs, log, ended, status
):
    async with launcher.running(("run",), log) as running:
        assert await running.ended() is None
        assert await running.ended() is None
        jobs.end(*ended)
        assert await until_end(running) == status
    assert log.read_text() == "what it printed\n"


async def test_leaving_stops_it(launcher, jobs, log):
    async with launcher.running(("run",), log) as running:
        await running.ended()
    assert [job.status for job in jobs.known.values()] == ["STOPPED"]


async def test_leaving_while_it_is_being_submitted_stops_it_too(launcher, jobs, log):
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def slowly() -> None:
        loop.call_soon_threadsafe(begun.set)
        asyncio.run(asyncio.sleep(0.1))

    jobs.on_submit = slowly

    async def run() -> None:
        async with launcher.running(("run",), log) as running:
            await until_end(running)

    task = asyncio.create_task(run())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [job.status for job in jobs.known.values()] == ["STOPPED"]


async def test_leaving_stops_a_job_whose_submission_was_not_answered(launcher, jobs, log):
    """The cluster has taken it, and nobody was told under which name."""

    submit = jobs.submit_job

    def unanswered(**how: object) -> None:
        submit(**how)
        raise TimeoutError("Read timed out.")

    jobs.submit_job = unanswered
    async with launcher.running(("run",), log) as running:
        assert await running.ended() is None
    assert [job.status for job in jobs.known.values()] == ["STOPPED"]


async def test_what_a_killed_bot_has_left_in_the_same_place_ends_first(launcher, jobs, log):
    """Two trainings in one work directory would spoil each other's files."""
    for number, place in enumerate((log, log.with_name("other"))):
        jobs.submit_job(submission_id=str(number), metadata={ray_jobs.PLACE: str(place)})
    jobs.submit_job(submission_id="of somebody else", metadata=None)
    async with launcher.running(("run",), log) as running:
        await running.ended()
        await running.ended()
        states = [job.status for job in jobs.known.values()]
    assert states == ["STOPPED", "RUNNING", "RUNNING", "RUNNING"]


async def test_a_job_whose_node_is_lost_is_submitted_again(launcher, jobs, log):
    async with launcher.running(("run",), log) as running:
        await running.ended()
        jobs.end("FAILED", None, "The actor died because its node has died.")
        while len(jobs.known) == 1:
            assert await running.ended() is None
        jobs.end("SUCCEEDED", 0)
        assert await until_end(running) == 0


async def test_so_is_one_that_a_restarted_cluster_has_forgotten(launcher, jobs, log):
    async with launcher.running(("run",), log) as running:
        await running.ended()
        jobs.known.clear()
        while not jobs.known:
            assert await running.ended() is None


async def test_one_that_is_lost_again_and_again_is_given_up(launcher, jobs, log):
    async with launcher.running(("run",), log) as running:
        while (status := await running.ended()) is None:
            if jobs.known:
                jobs.end("FAILED", None, "its node has died")
    assert status == 2
    assert len(jobs.known) == 1 + ray_jobs.MOST_LOSSES
    assert log.read_text().endswith("lost the job 4 times, the last time so: its node has died\n")


async def test_one_that_somebody_stopped_on_the_cluster_is_not_begun_anew(launcher, jobs, log):
    async with launcher.running(("run",), log) as running:
        await running.ended()
        jobs.end("STOPPED")
        assert await until_end(running) == 2
    assert len(jobs.known) == 1
    assert log.read_text().endswith("was stopped on the cluster.\n")


async def test_a_cluster_that_is_silent_for_a_moment_is_waited_for(launcher, jobs, log):
    async with launcher.running(("run",), log) as running:
        await running.ended()
        jobs.reachable = False
        assert await running.ended() is None
        jobs.reachable = True
        jobs.end("SUCCEEDED", 0)
        assert await until_end(running) == 0


async def test_one_that_stays_silent_is_named_in_one_line(launcher, jobs, log, monkeypatch):
    monkeypatch.setattr(ray_jobs, "PATIENCE_SECONDS", 0.05)
    jobs.reachable = False
    async with launcher.running(("run",), log) as running:
        assert await until_end(running) == 2
    (line,) = log.read_text().splitlines()
    assert "http://head:8265" in line
    assert "Failed to connect to Ray. Start it, or correct the address." in line


def test_an_address_that_takes_no_jobs_is_refused_by_name():
    with pytest.raises(ConfigError, match=r"bot\.rebuild\.cluster\.address.*Received: 'ray://x:1'"):
        ClusterConfig("ray://x:1")
