import assert from "node:assert/strict";
import test from "node:test";
import { fenced, lineChange, type LineChange } from "../../src/inline/lineChange";
import type { WireTextEdit } from "../../src/protocol";

const TEXT = "one\ntwo\nthree\n";

function edit(from: [number, number], to: [number, number], newText: string): WireTextEdit {
  return { range: { start: { line: from[0], character: from[1] }, end: { line: to[0], character: to[1] } }, newText };
}

const cases: [string, string, WireTextEdit, LineChange][] = [
  ["a line that is replaced", TEXT, edit([1, 0], [2, 0], "2\n"), { first: 1, last: 2, added: ["2"] }],
  ["a part of a line", TEXT, edit([1, 1], [1, 3], "en"), { first: 1, last: 2, added: ["ten"] }],
  ["a line that goes", TEXT, edit([1, 0], [2, 0], ""), { first: 1, last: 2, added: [] }],
  ["lines before another", TEXT, edit([1, 0], [1, 0], "1a\n1b\n"), { first: 1, last: 1, added: ["1a", "1b"] }],
  ["lines behind the last one", TEXT, edit([2, 5], [2, 5], "\nfour"), { first: 3, last: 3, added: ["four"] }],
  ["other line ends", "a\r\nb\r\n", edit([0, 0], [1, 0], "A\r\n"), { first: 0, last: 1, added: ["A"] }],
  ["all of a text", "", edit([0, 0], [0, 0], "a\n"), { first: 0, last: 0, added: ["a"] }],
];
for (const [what, text, given, expected] of cases) {
  test(`an edit is shown as whole lines: ${what}`, () => {
    assert.deepEqual(expected, lineChange(text, given));
  });
}

test("code stays in its block, whatever marks it has", () => {
  assert.equal("```py\nx = 1\n```", fenced("x = 1", "py"));
  assert.equal("`````md\n````\ncode\n````\n`````", fenced("````\ncode\n````", "md"));
});
