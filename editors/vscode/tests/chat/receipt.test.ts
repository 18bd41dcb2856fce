import assert from "node:assert/strict";
import { test } from "node:test";
import type { Receipt } from "../../src/chat/protocol";
import { receiptRows } from "../../src/chat/webview/transcript/receiptRows";

const RECEIPT: Receipt = {
  summary: "anthropic · claude-sonnet-5-5 · cache: hit, 9,900 read, 0 written, 100 fresh tokens · cost $0.0123",
  tokens: { fresh: 100, write5m: 0, write1h: 0, read: 9_900, output: 250 },
  cost: { total: 0.0123, withoutCache: 0.0456, saved: 0.0333, pricedAs: "claude-sonnet-5-5", prices: "2026-11-22", estimated: false },
  cache: { verdict: "warm", detail: "", simulated: false },
  freshness: { revision: "b2d7271fb0f9b29f", anchor: "15ff2f5aad053e28", deltaFiles: [] },
  latency: { firstTokenMs: 480, totalMs: 3_240 },
  requests: 1,
  requestId: "r",
};

type Change = { [key in keyof Receipt]?: Partial<Receipt[key]> };

function changed({ tokens, cost, cache, freshness }: Change): Receipt {
  return {
    ...RECEIPT,
    tokens: { ...RECEIPT.tokens, ...tokens },
    cost: { ...RECEIPT.cost, ...cost },
    cache: { ...RECEIPT.cache, ...cache },
    freshness: { ...RECEIPT.freshness, ...freshness },
  };
}

test("the table names every file that changed, and leaves out what there was not", () => {
  const rows = new Map(receiptRows(changed({ freshness: { deltaFiles: ["a.py", "b.py"] } }), "anthropic", "claude-sonnet-5-5"));
  assert.equal("a.py\nb.py", rows.get("Changed files"));
  assert.equal("claude-sonnet-5-5, anthropic", rows.get("Model"));
  assert.equal("claude-sonnet-5-5, 2026-11-22", rows.get("Prices"));
  assert.equal(false, rows.has("Written for 1 h"));
  assert.equal("nothing", new Map(receiptRows(RECEIPT)).get("Changed files"));
});

test("the table names the files whose unsaved text was sent, and those whose was not with the reason", () => {
  const freshness = { unsaved: ["a.py"], unsavedLeftOut: [{ path: ".env", reason: "secret" }] };
  const rows = new Map(receiptRows(changed({ freshness })));
  assert.equal("a.py", rows.get("Unsaved text sent"));
  assert.equal(".env (secret)", rows.get("Unsaved text left out"));
  assert.equal(false, new Map(receiptRows(RECEIPT)).has("Unsaved text sent"));
});

test("prices that are an assumption are said to be estimated", () => {
  assert.equal("claude-sonnet-5-5, 2026-11-22, estimated", new Map(receiptRows(changed({ cost: { estimated: true } }))).get("Prices"));
});
