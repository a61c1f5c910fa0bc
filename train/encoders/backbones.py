"""Which network a configuration asks for; every method can train either."""

from model.networks import NetworkOptions
from model.networks.article import ArticleOptions
from model.networks.residual import ResidualOptions
from train.config import EncoderConfig


def backbone_of(settings: EncoderConfig) -> tuple[str, NetworkOptions]:
    """The kind of network, as ``model.networks`` knows it, and its options."""
    size, width, multiplier = settings.image_size_px, settings.width, settings.width_multiplier
    if settings.backbone == "residual":
        return "residual", ResidualOptions(size, width, multiplier)
    options = ArticleOptions(
        image_size_px=size,
        width=width,
        width_multiplier=multiplier,
        normalise_everywhere=settings.normalise_everywhere,
        sigmoid_output=settings.sigmoid_output,
    )
    return "autoencoder", options
