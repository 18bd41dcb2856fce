"""Look around in a repository, several looks at once, without anything that could be sent.

python explore_offline.py FOLDER QUERY
"""

import asyncio
import sys

from foreword import TrustError, open_workspace


async def explore(folder: str, query: str) -> None:
    """Print what matches, what the model would know, and that nothing of it can leave."""
    async with open_workspace(folder) as workspace:
        found, context, overview = await asyncio.gather(
            workspace.asearch(query, limit=3), workspace.acontext(), workspace.amap()
        )
        for place in found:
            print(f"{place.path}:{place.start_line}-{place.end_line} {place.symbol or ''}".rstrip())
        print(f"the map names {len(overview.files)} files; the prefix has about {context.tokens:,} tokens")
        try:
            await workspace.aask(query)
            print("answered offline")
        except TrustError as error:
            print(f"not sent: {error}")


if __name__ == "__main__":
    asyncio.run(explore(*sys.argv[1:]))
