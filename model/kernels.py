"""Machine code for the few loops that numpy cannot write well."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numba

Kernel = Callable[..., None]
FIXED = partial(numba.types.Array, layout="C", readonly=True)  # as memory maps are


def compiled(loop: Kernel, signature: Any, **options: Any) -> Kernel:  # noqa: ANN401 - numba's
    """Compile a loop, or read its machine code from numba's cache.

    Args:
        loop: A function that numba can compile.
        signature: Its types.
        options: Of ``numba.njit``.
    """
    compile_loop = partial(numba.njit, signature, **options)
    try:
        return cast("Kernel", compile_loop(cache=True)(loop))
    except RuntimeError:  # No directory to keep the machine code in: compile it each time.
        return cast("Kernel", compile_loop(cache=False)(loop))
