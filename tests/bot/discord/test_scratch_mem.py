import asyncio, gc, tracemalloc
from collections import Counter
import pytest
from tests.bot.discord.standin.files import File
@pytest.mark.timeout(600)
async def test_mem(community, discord, picture):
    discord.rate_limits.limit = 1000
    g = discord.add_guild("Art"); chans=[g.add_channel(f"c{i}") for i in range(10)]; m = g.add_member("mira")
    async def burst(n):
        want = sum(len(c.bot_messages()) for c in chans)+n
        for i in range(n):
            await m.post(chans[i%10], files=[File("a.png", picture((i%250, 30, 60)))])
            if i%20==19: await asyncio.sleep(0.5)
        await discord.wait_for(lambda: sum(len(c.bot_messages()) for c in chans)>=want, 120)
        discord.requests.clear()
        await asyncio.sleep(1)
    await burst(150)
    tracemalloc.start(12)
    gc.collect(); a=tracemalloc.take_snapshot(); oa=Counter(type(o).__module__+"."+type(o).__name__ for o in gc.get_objects())
    await burst(300)
    gc.collect(); b=tracemalloc.take_snapshot(); ob=Counter(type(o).__module__+"."+type(o).__name__ for o in gc.get_objects())
    for k,v in (ob-oa).most_common(40): print(v,k)
    st=b.filter_traces([tracemalloc.Filter(False,"*/standin/*",all_frames=True), tracemalloc.Filter(False, tracemalloc.__file__)]).compare_to(a.filter_traces([tracemalloc.Filter(False,"*/standin/*",all_frames=True)]),"traceback")
    for s in st[:12]:
        print("===",s.size_diff//1024,"KiB",s.count_diff)
        for l in s.traceback.format()[-14:]: print("   ",l.strip()[:150])
