"""Import Keras without the lines that TensorFlow prints before anything can stop it."""

import importlib
import os
import sys


def import_keras() -> None:
    """Load Keras and its backend; whatever they write to standard error is lost, errors are not."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        importlib.import_module("keras")
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
