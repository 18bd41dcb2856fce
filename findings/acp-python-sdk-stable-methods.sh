#!/usr/bin/env bash
# agent-client-protocol 0.12.1 (Python SDK), @agentclientprotocol/sdk 2.4.0 (the npm package, for its schema), protocol version 1.
#
# Guess: an agent that has `resume_session` and `close_session`, and says so in its capabilities, is asked for both: the stable schema of
#   version 1 has `session/resume` and `session/close`.
# Seen: `run_agent` answers both with "Method not found" and a Python warning, unless it is told to speak the unstable protocol.
# Why it matters: a client that trusts the capabilities can't resume a chat, and where warnings are errors the agent's request fails.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check agent-client-protocol==0.12.1
npm pack --silent @agentclientprotocol/sdk@2.4.0 >/dev/null
tar xzf agentclientprotocol-sdk-2.4.0.tgz package/schema/v1/schema.json

cat >agent.py <<'PYTHON'
import asyncio
import json
import warnings
from pathlib import Path

from acp import connect_to_agent, run_agent
from acp._transport import memory_transport_pair
from acp.exceptions import RequestError
from acp.schema import CloseSessionResponse, ResumeSessionResponse

warnings.simplefilter("ignore")
methods = {one.get("x-method") for one in json.loads(Path("package/schema/v1/schema.json").read_text())["$defs"].values()}
print("in the stable schema:", sorted(methods & {"session/resume", "session/close"}))


class Agent:
    async def resume_session(self, **_):
        return ResumeSessionResponse()

    async def close_session(self, **_):
        return CloseSessionResponse()


async def tried(unstable):
    ours, theirs = memory_transport_pair()
    serving = asyncio.ensure_future(run_agent(Agent(), theirs, use_unstable_protocol=unstable))
    client = connect_to_agent(object(), ours, use_unstable_protocol=True)
    for name, call in (
        ("session/resume", lambda: client.resume_session(cwd="/", session_id="s")),
        ("session/close", lambda: client.close_session(session_id="s")),
    ):
        try:
            await call()
            print(f"unstable={unstable}: {name} is served")
        except RequestError as error:
            print(f"unstable={unstable}: {name} gets {error.code} {error}")
    await client.close()
    serving.cancel()


for unstable in (False, True):
    asyncio.run(tried(unstable))
PYTHON

venv/bin/python agent.py | tee said
grep -q "in the stable schema: \['session/close', 'session/resume'\]" said
[[ $(grep -c "unstable=False: session/.* gets -32601 Method not found" said) == 2 ]]
[[ $(grep -c "unstable=True: session/.* is served" said) == 2 ]]
echo "as described"
