"""What goes wrong, by rule: of the API and of the CDN."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Literal

CdnFaultKind = Literal["slow", "truncated", "hang", "expired", "wrong_length", "not_found", "error"]


@dataclass
class Rule:
    """When a fault happens: with a probability, and at most so many times."""

    probability: float = 1.0
    times: int | None = None
    hits: int = 0
    random: Random = field(default_factory=Random)

    def strikes(self) -> bool:
        """Decide about one request, and count it."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.random.random() >= self.probability:
            return False
        self.hits += 1
        return True


@dataclass
class HttpFault(Rule):
    """A fault of the API.

    Attributes:
        status: What is answered; 0: the connection is cut; None: only the delay.
        took_effect: Whether the request was carried out all the same.
    """

    method: str = ".*"
    path: str = ".*"
    status: int | None = None
    took_effect: bool = False
    delay_seconds: float = 0.0
    retry_after: float = 0.5

    def fits(self, method: str, path: str) -> bool:
        return bool(re.fullmatch(self.method, method) and re.search(f"^{self.path}$", path))


@dataclass
class CdnFault(Rule):
    """A fault of a download.

    Attributes:
        seconds: How long a slow download takes.
    """

    kind: CdnFaultKind = "slow"
    path: str = ".*"
    seconds: float = 1.0


class Faults:
    """The rules in force; the first that strikes is the one."""

    def __init__(self) -> None:
        self._http: list[HttpFault] = []
        self._cdn: list[CdnFault] = []

    def http(
        self,
        *,
        method: str = ".*",
        path: str = ".*",
        status: int | None = None,
        took_effect: bool = False,
        probability: float = 1.0,
        seed: int = 0,
        times: int | None = None,
        delay_seconds: float = 0.0,
        retry_after: float = 0.5,
    ) -> HttpFault:
        """Let requests fail. ``method`` and ``path`` (behind ``/api/v10``) are regular expressions.

        ``status=429`` answers as a rate limit with ``retry_after``, ``status=0`` cuts the
        connection, None only waits for ``delay_seconds``.
        """
        fault = HttpFault(
            probability=probability,
            times=times,
            random=Random(seed),
            method=method,
            path=path,
            status=status,
            took_effect=took_effect,
            delay_seconds=delay_seconds,
            retry_after=retry_after,
        )
        self._http.append(fault)
        return fault

    def cdn(
        self,
        kind: CdnFaultKind,
        *,
        probability: float = 1.0,
        seed: int = 0,
        times: int | None = None,
        seconds: float = 1.0,
        path: str = ".*",
    ) -> CdnFault:
        """Let downloads fail.

        ``slow`` takes ``seconds``; ``truncated`` closes in the middle; ``hang`` sends the half and
        then nothing; ``wrong_length`` promises more than it sends; ``expired`` ends that URL for
        good (a fresh one holds); ``not_found`` 404; ``error`` 502.
        """
        fault = CdnFault(
            probability=probability,
            times=times,
            random=Random(seed),
            kind=kind,
            path=path,
            seconds=seconds,
        )
        self._cdn.append(fault)
        return fault

    def of_request(self, method: str, path: str) -> HttpFault | None:
        return next((one for one in self._http if one.fits(method, path) and one.strikes()), None)

    def of_download(self, path: str) -> CdnFault | None:
        return next((one for one in self._cdn if re.search(one.path, path) and one.strikes()), None)

    def clear(self) -> None:
        """Let everything go well again."""
        self._http.clear()
        self._cdn.clear()
