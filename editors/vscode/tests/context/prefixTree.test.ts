import assert from "node:assert/strict";
import test from "node:test";
import { prefixTree, summary } from "../../src/context/prefixTree";
import type { Context } from "../../src/protocol";

const CONTEXT: Context = {
  anchor: { kind: "git", digest: "d" },
  layers: [
    { name: "instructions", digest: "1", tokens: 900, breakpoint: null, warm: true, warmUntil: 1_800_000_000, files: [] },
    {
      name: "base",
      digest: "2",
      tokens: 41_000,
      breakpoint: "1h",
      warm: false,
      warmUntil: null,
      files: [
        { path: "", form: "outline", tokens: 10, pinned: false },
        { path: "shop/till.py", form: "outline", tokens: 30, pinned: false },
        { path: "main.py", form: "full", tokens: 1_200, pinned: true },
      ],
    },
    { name: "delta", digest: "3", tokens: 0, breakpoint: null, warm: null, warmUntil: null, files: [] },
  ],
  leftOut: [{ path: ".env", reason: "secret" }],
  notShown: 7,
  notPinned: [],
  tokens: 41_900,
  budget: 60_000,
  budgetWhy: "",
  minimum: 1_024,
};

test("the tree has the layers in their order, warm or cold, what was left out and what did not fit", () => {
  assert.deepEqual(
    prefixTree(CONTEXT, "file:///w").map(({ label, description }) => `${label}: ${description}`),
    ["Instructions: 900 tokens · warm", "Base: 41,000 tokens · 3 parts · cold", "Delta: 0 tokens", "Left Out: 1 file", "Not Shown: 7 files"],
  );
});

test("files stand by their size, by their name, with how they are shown and where they are", () => {
  const base = prefixTree(CONTEXT, "file:///w")[1];
  assert.deepEqual(
    base?.children.map(({ label, description, path }) => [label, description, path]),
    [
      ["main.py", "1,200 · full, pinned", "main.py"],
      ["till.py", "30 · outline · shop", "shop/till.py"],
      ["The Repository", "10", undefined],
    ],
  );
});

test("what is left out says why", () => {
  assert.deepEqual(prefixTree(CONTEXT, "file:///w")[3]?.children.map(({ label, description }) => [label, description]), [[".env", "secret"]]);
});

test("nothing is said of what there is none of", () => {
  assert.equal(prefixTree({ ...CONTEXT, leftOut: [], notShown: 0 }, "file:///w").length, 3);
});

test("the head counts tokens, and says if they are too few for a cache", () => {
  assert.equal(summary(CONTEXT), "42k tokens");
  assert.equal(summary({ ...CONTEXT, tokens: 800 }), "800 tokens, too short to be cached");
});

test("a file says whether it is pinned, the frame of the repository does not", () => {
  assert.deepEqual(
    prefixTree(CONTEXT, "file:///w")[1]?.children.map(({ icon, isPinned }) => [icon, isPinned]),
    [
      ["pinned", true],
      ["file", false],
      ["repo", undefined],
    ],
  );
});

test("a pin that has no effect says why, and can be taken back", () => {
  const notPinned = [{ path: "shop/huge.py", reason: "it does not fit into context.budget" }];
  const node = prefixTree({ ...CONTEXT, notPinned }, "file:///w")[3];
  assert.deepEqual([node?.label, node?.description], ["Pinned, Not in Full", "1 pin"]);
  assert.deepEqual(
    node?.children.map(({ label, description, isPinned }) => [label, description, isPinned]),
    [["huge.py", "it does not fit into context.budget · shop", true]],
  );
});
