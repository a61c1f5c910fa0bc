"""Waits with everything imported, and forks: ``python -m tests.bot.warm_start FILE MODULE OTHER…``.

FILE is the number of the socket that the requests come by; see ``tests.bot.warm_children``.
"""

import gc
import importlib
import json
import os
import runpy
import socket
import sys
import warnings


def main() -> None:
    """Import, then fork a child for each request, until there will be no more."""
    # Only libraries of linear algebra have threads here, and those end them before a fork.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    number, *modules = sys.argv[1:]
    requests = socket.socket(fileno=int(number))
    for name in modules:
        importlib.import_module(name)
    module = modules[0]
    del sys.modules[module]  # It runs anew, as the main one.
    gc.freeze()
    while True:
        request, files, _, _ = socket.recv_fds(requests, 1 << 20, 3)
        if not request:
            return
        if _forked(requests):
            requests.close()
            _become(module, *json.loads(request), files)
            return
        for file in files:
            os.close(file)


def _forked(requests: socket.socket) -> bool:
    """Fork twice, for what the one in between leaves behind changes parents.

    Returns:
        Whether this is the new process.
    """
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        requests.send(b"ended")
        return False
    process_id = os.fork()
    if process_id:
        requests.send(str(process_id).encode())
        os._exit(0)
    return True


def _become(
    module: str,
    arguments: list[str],
    environment: dict[str, str],
    directory: str,
    files: list[int],
) -> None:
    """Go on as ``python -m module arguments``."""
    os.setsid()
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    for standard, file in enumerate(files):
        os.dup2(file, standard)
    for file in files:
        os.close(file)
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
