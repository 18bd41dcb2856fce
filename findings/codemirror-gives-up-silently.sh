#!/usr/bin/env bash
# @codemirror/lsp-client 6.3.0 (npm).
#
# Guess: a client that gives up on a request tells the server by `$/cancelRequest`, as the protocol's own clients do, and one that is
#   disconnected sends `shutdown` and `exit`.
# Seen: after three seconds (its default) the request fails with "Request timed out", and the server hears nothing; nor when the client is
#   disconnected.
# Why it matters: a server whose answer takes longer goes on for nobody, and where a model writes the answer that costs money.
# In the product: it ends a request for which `$/cancelRequest` comes; this client does not show its commands, and is in no recipe
#   (editors/README.md).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @codemirror/lsp-client@6.3.0 >/dev/null

cat >client.mjs <<'JS'
import { LSPClient } from "@codemirror/lsp-client";

const sent = [];
let receive;
const transport = {
  send(text) {
    const message = JSON.parse(text);
    sent.push(message.method);
    const result = { capabilities: { textDocumentSync: 1 } };
    if (message.method === "initialize") queueMicrotask(() => receive(JSON.stringify({ jsonrpc: "2.0", id: message.id, result })));
  },
  subscribe: (handler) => (receive = handler),
  unsubscribe() {},
};
const client = new LSPClient({ rootUri: "file:///workspace" }).connect(transport);
await client.initializing;
const began = Date.now();
await client.request("sample/slow", {}).catch((error) => console.log(`after ${Math.round((Date.now() - began) / 1000)} s: ${error.message}`));
client.disconnect();
console.log("the server heard:", sent.join(" "));
process.exit(0);
JS

timeout 30 node client.mjs | tee said
grep -q "^after 3 s: Request timed out$" said
grep -q "^the server heard: initialize initialized sample/slow$" said
echo "as described"
