import assert from "node:assert/strict";
import test from "node:test";
import { isTask, promptOf } from "../src/task";

const HERE = { uri: "file:///w/shop/till.py" };

test("a question and a rewriting need words of the user, and name their object", () => {
  assert.equal(promptOf({ kind: "ask", symbol: "pay", ...HERE })?.title, "Ask about `pay`");
  assert.equal(promptOf({ kind: "rewrite", ...HERE })?.title, "Rewrite till.py");
});

for (const kind of ["fix", "simplify", "document", "tests", "explain", "review"]) {
  test(`"${kind}" needs none`, () => assert.equal(promptOf({ kind, ...HERE }), undefined));
}

test("nobody is asked for what is there", () => {
  assert.equal(promptOf({ kind: "ask", instruction: "Why?", ...HERE }), undefined);
});

test("what has a kind and a file is a task", () => {
  assert.deepEqual([{ kind: "fix", ...HERE }, { question: "?" }, null, "fix"].map(isTask), [true, false, false, false]);
});
