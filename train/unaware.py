"""The encoder that tags are measured with of which nothing may have heard.

A bundle's own is of use where it learnt without labels. One that is given hints of them is trained
for the purpose: by the recipe of the bundle, and without the tags that are measured.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.encoder import Encoder
from model.errors import TrainingError
from train.config import LABELLED
from train.embed import load_embeddings
from train.run import Run
from train.withholding import Withheld


def encoder_of_bundle(directory: Path, manifest: Mapping[str, Any]) -> Encoder:
    """The encoder of a verified bundle that learnt without labels.

    Raises:
        TrainingError: If it has seen labels, those of the tags that are measured among them.
    """
    kind = manifest["settings"]["encoder"].get("kind")
    if kind in LABELLED:
        raise TrainingError(
            f"The encoder of {directory} is {kind}: it has seen labels, and so it may know the "
            "tags that are to be measured as new ones. Add --workdir DIRECTORY, and with --config "
            "the recipe of the bundle, to have one trained without them."
        )
    return Encoder.load(directory)


def train_unaware(run: Run, withheld: Withheld) -> Encoder:
    """Train an encoder as a run would, but without some tags; resumable as the run is.

    Raises:
        HoshizoraError: If a step cannot go on; the message says why and what to do.
    """
    config = replace(run.config, withheld=withheld.relatives)
    replace(run, config=config).steps(("pack", "encoder", "embed"))
    return load_embeddings(run.work)[0]
