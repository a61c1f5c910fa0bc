"""What Linux tells of a process: its memory and its work."""

import os
from pathlib import Path


def peak_mib(pid: int) -> float:
    """The most memory that a process has held since its start; 0: it has ended."""
    lines = _read(pid, "status").splitlines()
    found = next((line for line in lines if line.startswith("VmHWM")), "VmHWM: 0 kB")
    return int(found.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """What a process has computed since its start; 0: it has ended."""
    parts = _read(pid, "stat").rpartition(")")[2].split()
    ticks = sum(map(int, parts[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
