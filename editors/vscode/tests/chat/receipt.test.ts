import assert from "node:assert/strict";
import { test } from "node:test";
import type { Receipt } from "../../src/chat/protocol";
import { receiptLine, receiptRows } from "../../src/chat/webview/transcript/receiptLine";

const RECEIPT: Receipt = {
  tokens: { fresh: 100, write5m: 0, write1h: 0, read: 9_900, output: 250 },
  cost: { total: 0.0123, withoutCache: 0.0456, saved: 0.0333, pricedAs: "claude-sonnet-5-5", prices: "2026-11-22" },
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

const lines: [string, Change][] = [
  ["$0.012 · saved $0.033 · 99% cached · fresh", {}],
  ["$0.012 · saved $0.033 · 99% cached · fresh, 1 changed file", { freshness: { deltaFiles: ["a.py"] } }],
  ["$0.012 · saved $0.033 · 99% cached · fresh, 2 changed files", { freshness: { deltaFiles: ["a", "b"] } }],
  ["$0.012 · $0.0020 to fill the cache · 0% cached · fresh", { cost: { saved: -0.002 }, tokens: { read: 0, write5m: 9_900 } }],
  ["$0.012 · 99% cached · fresh", { cost: { saved: 0.00001 } }],
  ["offline, would cost $0.012 · saved $0.033 · 99% cached · fresh", { cache: { simulated: true } }],
  ["$12.35 · saved $1234.50 · fresh", { cost: { total: 12.345_6, saved: 1_234.5 }, tokens: { fresh: 0, read: 0 } }],
];
for (const [line, change] of lines) test(line, () => assert.equal(line, receiptLine(changed(change))));

test("almost all of a prompt is not all of it", () => {
  assert.match(receiptLine(changed({ tokens: { fresh: 1, read: 99_999 } })), /99% cached/);
});

test("the table names every file that changed, and leaves out what there was not", () => {
  const rows = new Map(receiptRows(changed({ freshness: { deltaFiles: ["a.py", "b.py"] } }), "anthropic", "claude-sonnet-5-5"));
  assert.equal("a.py\nb.py", rows.get("Changed files"));
  assert.equal("claude-sonnet-5-5, anthropic", rows.get("Model"));
  assert.equal("9,900 tokens", rows.get("Read from cache"));
  assert.equal(false, rows.has("Written for 1 h"));
  assert.equal("nothing", new Map(receiptRows(RECEIPT)).get("Changed files"));
});
