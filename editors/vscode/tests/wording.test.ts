import assert from "node:assert/strict";
import test from "node:test";
import type { Status } from "../src/protocol";
import { dollars, duration, standingWords, priceWords } from "../src/wording";

const NOW = 1_000;
const STATUS: Status = {
  workspace: "file:///w",
  index: { done: 9, total: 9 },
  provider: "anthropic",
  model: "m",
  warmUntil: null,
  hitRatio: null,
  spentToday: 0,
  scope: null,
};

const texts: [string, Partial<Status>, string][] = [
  ["cold, with nothing asked yet", {}, "$(circle-outline) cold · $0"],
  ["warm", { warmUntil: NOW + 240, hitRatio: 0.934, spentToday: 0.4217 }, "$(flame) warm 4 min · 93% · $0.42"],
  ["nearly cold", { warmUntil: NOW + 45, hitRatio: 1, spentToday: 12.3 }, "$(flame) warm 45 s · 100% · $12.30"],
  ["cold again, though the server has not said so", { warmUntil: NOW - 1, hitRatio: 0 }, "$(circle-outline) cold · 0% · $0"],
  ["being indexed", { index: { done: 1_200, total: 4_000 } }, "$(sync~spin) 1,200 of 4,000 files"],
];
for (const [what, status, expected] of texts) {
  test(`the status bar says: ${what}`, () => {
    assert.equal(standingWords("running", { ...STATUS, ...status }, NOW).text, expected);
  });
}

test("before there is a server the bar says its name, and a server that failed is marked", () => {
  assert.equal(standingWords("stopped", undefined, NOW).text, "$(book) Foreword");
  assert.equal(standingWords("failed", STATUS, NOW).text, "$(warning) Foreword");
});

test("the tooltip is whole sentences", () => {
  const { tooltip } = standingWords("running", { ...STATUS, warmUntil: NOW + 3_600, hitRatio: 0.5 }, NOW);
  assert.match(tooltip, /^The prefix is in the provider's cache for 60 min more/);
  assert.ok(tooltip.split("\n").every((line) => line.endsWith(".")), tooltip);
});

test("the tooltip says which part of a repository is seen", () => {
  const seen = { ...STATUS, scope: { folder: "web/", repository: "/shop" } };
  for (const provider of ["anthropic", "offline"]) {
    const { tooltip } = standingWords("running", { ...seen, provider }, NOW);
    assert.ok(tooltip.includes("\nOnly web/ of the repository at /shop is seen.\n"), tooltip);
  }
});

test("small amounts keep what they tell", () => {
  assert.deepEqual([0, 0.0012, 0.042, 0.5, 12].map(dollars), ["$0", "$0.0012", "$0.042", "$0.50", "$12.00"]);
  assert.deepEqual([0.2, 89, 90, 3_600].map(duration), ["1 s", "89 s", "2 min", "60 min"]);
});

test("a switch says what it costs before it happens", () => {
  const cost = { hit: 0.0042, miss: 0.16 };
  assert.equal("Warm: $0.0042 for the question", priceWords({ tokens: { prefix: 42_000 }, cost, warmUntil: 99 }));
  const cold = "Cold: the next question writes 42,000 tokens anew, for $0.16; later ones cost $0.0042";
  assert.equal(cold, priceWords({ tokens: { prefix: 42_000 }, cost, warmUntil: null }));
});
