#!/usr/bin/env bash
# agent-client-protocol 0.12.1 (Python SDK), @agentclientprotocol/sdk 2.4.0 (npm).
#
# Guess: a client's handler of `session/update` gets an answer's pieces one after the other, and the request `session/prompt` is over when the
#   last piece that came before its reply has been handled.
# Seen: each piece is handled beside the others: where a handler waits for anything, later pieces overtake earlier ones. In the npm SDK the
#   request is over before one of them is handled; in the Python SDK after all of them.
# Why it matters: the protocol has no numbers on pieces. A client that renders or writes while it handles one shows words in another order, and
#   one that saves the answer at the reply saves half of it. A client whose handler never waits sees nothing of this.
# In the product: the agent sends a piece at a time and can't help it; its own handlers run as tasks too (`acp/agent.py`).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check agent-client-protocol==0.12.1
npm install --silent --no-audit --no-fund @agentclientprotocol/sdk@2.4.0 >/dev/null

cat >agent.py <<'PYTHON'
import json
import sys


def say(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


RESULTS = {"initialize": {"protocolVersion": 1}, "session/new": {"sessionId": "s"}, "session/prompt": {"stopReason": "end_turn"}}
for line in sys.stdin:
    message = json.loads(line)
    if message.get("method") == "session/prompt":
        for number in range(6):
            piece = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": str(number)}}
            say(method="session/update", params={"sessionId": "s", "update": piece})
    if message.get("method") in RESULTS:
        say(id=message["id"], result=RESULTS[message["method"]])
PYTHON
cat >client.py <<'PYTHON'
import asyncio
import sys

from acp import spawn_agent_process, text_block


class Client:
    def __init__(self):
        self.seen = []

    async def session_update(self, *, update, **_):
        await asyncio.sleep(0.2 if int(update.content.text) % 2 == 0 else 0.01)
        self.seen.append(update.content.text)


async def main():
    client = Client()
    async with spawn_agent_process(client, sys.executable, "agent.py") as (agent, _):
        await agent.initialize(protocol_version=1)
        await agent.new_session(cwd="/", mcp_servers=[])
        await agent.prompt(session_id="s", prompt=[text_block("x")])
        print("Python, at the reply:", " ".join(client.seen))


asyncio.run(asyncio.wait_for(main(), 60))
PYTHON
cat >client.mjs <<'JS'
import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import * as acp from "@agentclientprotocol/sdk";

const agent = spawn("python3", ["agent.py"], { stdio: ["pipe", "pipe", "inherit"] });
const seen = [];
const { initialize, session } = acp.methods.agent;
const client = acp.client({ name: "sample" });
client.onNotification(acp.methods.client.session.update, async ({ params }) => {
  const text = params.update.content.text;
  await new Promise((done) => setTimeout(done, text % 2 ? 10 : 200));
  seen.push(text);
});
const stream = acp.ndJsonStream(Writable.toWeb(agent.stdin), Readable.toWeb(agent.stdout));
await client.connectWith(stream, async (connection) => {
  await connection.request(initialize, { protocolVersion: 1, clientCapabilities: {} });
  await connection.request(session.new, { cwd: "/", mcpServers: [] });
  await connection.request(session.prompt, { sessionId: "s", prompt: [] });
  console.log(`npm, at the reply: ${seen.join(" ")}.`);
  await new Promise((done) => setTimeout(done, 600));
  console.log(`npm, later: ${seen.join(" ")}`);
});
agent.kill();
process.exit(0);
JS

{ timeout 60 venv/bin/python client.py; timeout 30 node client.mjs; } | tee said
grep -q "^Python, at the reply: 1 3 5 0 2 4$" said
grep -q "^npm, at the reply: \.$" said
grep -q "^npm, later: 1 3 5 0 2 4$" said
echo "as described"
