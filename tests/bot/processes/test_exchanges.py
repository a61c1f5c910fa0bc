"""Requests that outlive whoever asked."""

import asyncio

import pytest

from bot.processes.children import ChildDiedError
from bot.processes.exchanges import Exchanges, LostError, RequestFailedError
from bot.processes.frames import Frame


class Child:
    """Answers when it is let, with what it was told to."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.answers: list[Frame | Exception] = []
        self.answered = 0

    async def exchange(self, frame, timeout_seconds, max_bytes):
        await self.let.wait()
        answer = self.answers.pop(0) if self.answers else frame
        self.answered += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_who_gives_up_waiting_does_not_break_the_exchange_off():
    child = Child()
    exchanges = Exchanges(child, 1.0, 100)
    asking = asyncio.create_task(exchanges.ask(Frame({"number": 1})))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert exchanges.busy
    child.let.set()
    await exchanges.finish()
    assert child.answered == 1
    assert not exchanges.busy


@pytest.mark.parametrize("error", [ChildDiedError("the process ended"), TimeoutError()])
async def test_a_lost_child_is_told_also_where_nobody_waits_any_more(error):
    child = Child()
    child.let.set()
    child.answers = [error, error]
    exchanges = Exchanges(child, 1.0, 100)
    with pytest.raises(LostError, match=r"the process ended|took too long"):
        await exchanges.ask(Frame({}))
    nobody = asyncio.create_task(exchanges.ask(Frame({})))
    await asyncio.sleep(0)
    nobody.cancel()
    await exchanges.finish()


async def test_what_the_process_cannot_do_is_another_matter():
    child = Child()
    child.let.set()
    child.answers = [Frame({"failed": "ValueError: too wide"})]
    with pytest.raises(RequestFailedError, match="too wide"):
        await Exchanges(child, 1.0, 100).ask(Frame({}))
