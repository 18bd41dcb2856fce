"""A client of an agent that is to be killed: it says what it has come to, a line each, and never ends by itself.

python doomed_client.py FOLDER QUESTION      says "agent PID", "streaming" at the first text, "asked TITLE" at a question
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def main() -> None:
    folder, question = sys.argv[1:]
    pipe = subprocess.PIPE
    agent = subprocess.Popen([sys.executable, "-m", "foreword", "acp"], stdin=pipe, stdout=pipe)
    assert agent.stdin is not None
    assert agent.stdout is not None
    print(f"agent {agent.pid}", flush=True)

    def send(message: dict[str, Any]) -> None:
        assert agent.stdin is not None
        agent.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        agent.stdin.flush()

    able = {"fs": {"readTextFile": False, "writeTextFile": False}}
    send({"id": 1, "method": "initialize", "params": {"protocolVersion": 1, "clientCapabilities": able}})
    send({"id": 2, "method": "session/new", "params": {"cwd": folder, "mcpServers": []}})
    streaming = False
    for line in agent.stdout:
        message = json.loads(line)
        update = message.get("params", {}).get("update", {}).get("sessionUpdate")
        if message.get("id") == 2:
            prompt = [{"type": "text", "text": question}]
            about = {"sessionId": message["result"]["sessionId"], "prompt": prompt}
            send({"id": 3, "method": "session/prompt", "params": about})
        elif message.get("method") == "session/request_permission":
            title = message["params"]["toolCall"]["title"]
            if "provider" in title:
                chosen = {"outcome": {"outcome": "selected", "optionId": "yes"}}
                send({"id": message["id"], "result": chosen})
            else:
                print(f"asked {title}", flush=True)
        elif update == "agent_message_chunk" and not streaming:
            streaming = True
            print("streaming", flush=True)


if __name__ == "__main__":
    main()
