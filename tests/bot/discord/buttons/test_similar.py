"""The button "Similar": pages of what the person who clicks may see."""

RED = (220, 30, 30)


def shades(count):
    """Reds that differ: every one is like the others, none is the same."""
    return [(220, 30 + number, 30) for number in range(count)]


async def test_probe(community, art):
    for colour in shades(3):
        _, reply = await art.post(colour)
    print(reply.labels, reply.components)
    result = await (await art.theo.click(reply, "similar")).settled()
    print(result.text, result.ephemeral, result.original.components, result.acked_after_seconds)
    result = await (await art.theo.click(reply, "marking")).settled()
    print(result.text, result.ephemeral, result.original.components)
    result = await (await art.theo.click(reply, "why")).settled()
    print(result.text, result.ephemeral, result.original.components)
    result = await (await art.theo.click(reply, "delete")).settled()
    print(result.text, result.ephemeral, result.original.components)
    result = await (await art.mira.click(reply, "delete")).settled()
    print(result.text, result.ephemeral, result.original.components)
    result = await (await art.mira.click(result, "forget")).settled()
    print(result.text, result.ephemeral, result.original.components)
