"""Training commands as jobs of a real cluster: followed, cancelled, gone on with after a loss."""

import asyncio
import json
import socket
import sys

import numpy as np
import pytest
from PIL import Image

from bot.config import ClusterConfig
from bot.processes import ray_jobs
from bot.processes.ray_jobs import RayJobs

SECONDS = 150
# Says that it has begun, then goes on for as long as it is wanted.
LONG = """
import pathlib, sys, time
begun = pathlib.Path(sys.argv[1])
with begun.open("a") as file:
    file.write("begun\\n")
while not begun.with_name("enough").exists():
    time.sleep(0.1)
print("that was enough")
sys.exit(3)
"""


@pytest.fixture
def long(tmp_path):
    program = tmp_path / "long.py"
    program.write_text(LONG)
    return (sys.executable, str(program))


async def followed(running) -> int:
    async with asyncio.timeout(SECONDS):
        while (status := await running.ended()) is None:
            pass
    return status


async def begun(running, times: int, file) -> None:
    async with asyncio.timeout(SECONDS):
        while not file.is_file() or file.read_text().count("begun") < times:
            assert await running.ended() is None


async def test_a_training_goes_on_on_the_node_with_a_gpu_and_over_all_of_the_cluster(
    nodes, tmp_path
):
    """As the bot starts it: in the job, joblib uses the cluster that the job runs on."""
    data, work = tmp_path / "data", tmp_path / "work"
    data.mkdir()
    lines = []
    for number in range(12):
        Image.new("RGB", (20, 20), (number, 0, 0)).save(data / f"{number}.png")
        row = {"file_name": f"{number}.png", "tags": ["red"], "split": "train"}
        lines.append(json.dumps(row))
    (data / "metadata.jsonl").write_text("\n".join(lines))
    arguments = ("pack", "--data", str(data), "--workdir", str(work))
    settings = ("--set", "train.cluster=auto", "--set", "train.encoder.image_size_px=16")
    launcher = RayJobs(ClusterConfig(nodes.dashboard, gpus=1))
    async with launcher.running((*arguments, *settings), tmp_path / "log.txt") as running:
        status = await followed(running)
    assert status == 0, (tmp_path / "log.txt").read_text()
    packed = np.load(work / "pack" / "images.npy")
    assert packed[:, 8, 8, 0].tolist() == list(range(12))
    assert json.loads((work / "progress.json").read_text())["step"] == "pack"


async def test_a_job_whose_node_dies_goes_on_on_another_one(nodes, long, tmp_path):
    launcher = RayJobs(ClusterConfig(nodes.dashboard, gpus=1), long)
    file, log = tmp_path / "begun", tmp_path / "log.txt"
    async with launcher.running((str(file),), log) as running:
        await begun(running, 1, file)
        await asyncio.to_thread(nodes.lose)
        await asyncio.to_thread(nodes.join)
        await begun(running, 2, file)
        (tmp_path / "enough").touch()
        assert await followed(running) == 3
    assert log.read_text().endswith("that was enough\n")


async def test_a_job_that_is_cancelled_ends_on_the_cluster(nodes, long, tmp_path):
    launcher = RayJobs(ClusterConfig(nodes.dashboard, gpus=0), long)
    async with launcher.running((str(tmp_path / "begun"),), tmp_path / "log.txt") as running:
        await begun(running, 1, tmp_path / "begun")
    mine = [job for job in launcher.client.list_jobs() if str(tmp_path) in job.entrypoint]
    assert [job.status for job in mine] == ["STOPPED"]


async def test_a_head_that_takes_questions_and_never_answers_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(ray_jobs, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(ray_jobs, "PATIENCE_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        launcher = RayJobs(ClusterConfig(f"http://127.0.0.1:{deaf.getsockname()[1]}"))
        async with launcher.running(("run",), tmp_path / "log.txt") as running:
            assert await followed(running) == 2
    assert "does not answer" in (tmp_path / "log.txt").read_text()
