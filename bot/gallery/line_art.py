"""Line drawings: the figures of the other scenes as ink on paper."""

from bot.gallery.canvas import Canvas, Caption
from bot.gallery.cat import cat
from bot.gallery.flowers import flower
from bot.gallery.portrait import portrait

_COLOURED = ("hair", "pink", "yellow", "black", "white", "orange", "brown")


def line_art(canvas: Canvas) -> Caption:
    """A face, a cat or flowers, drawn with lines only."""
    canvas.line_art = True
    canvas.ink = canvas.pick(((38, 36, 48), (38, 36, 48), (34, 48, 92), (92, 58, 44), (20, 20, 20)))
    figure, title, title_ja = canvas.pick(
        (
            (portrait, "Pencil portrait", "人物の線画"),
            (portrait, "Pencil portrait", "人物の線画"),
            (cat, "A cat in lines", "猫の線画"),
            (flower, "Flowers in lines", "花の線画"),
        )
    )
    shown = figure(canvas).tags
    kept = tuple(tag for tag in shown if not tag.endswith(_COLOURED) or tag.startswith("long"))
    return Caption(title, title_ja, ("line art", "monochrome", *kept))
