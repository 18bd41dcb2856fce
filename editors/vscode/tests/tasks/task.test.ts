import assert from "node:assert/strict";
import test from "node:test";
import { isTask, promptOf, questionOf } from "../../src/tasks/task";

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

test("a task is a question in the words of its user, with its place attached", () => {
  const range = { start: { line: 3, character: 0 }, end: { line: 9, character: 0 } };
  const place = { ...HERE, range };
  assert.deepEqual(questionOf({ kind: "explain", symbol: "pay", ...place }), { text: "Explain `pay`", attachments: [place] });
  assert.deepEqual(questionOf({ kind: "review", ...place }), { text: "Review these lines", attachments: [place] });
  assert.deepEqual(questionOf({ kind: "explain", ...HERE }), { text: "Explain this file", attachments: [HERE] });
  assert.equal(questionOf({ kind: "ask", symbol: "pay", instruction: "Why?", ...place }).text, "Why?");
});
