import assert from "node:assert/strict";
import test from "node:test";
import { applyEdits, documentsOf, editsOf, partOf, pendingFiles, without } from "../../src/review/hunks";
import type { ProposalResult, WireTextEdit } from "../../src/protocol";

function edit(from: [number, number], to: [number, number], newText: string): WireTextEdit {
  return { range: { start: { line: from[0], character: from[1] }, end: { line: to[0], character: to[1] } }, newText };
}

const cases: [string, string, WireTextEdit[], string, number[]][] = [
  ["lines that are replaced", "a\nb\nc\n", [edit([1, 0], [2, 0], "B\n")], "a\nB\nc\n", [1]],
  ["two of them, of which the first grows", "a\nb\nc\n", [edit([0, 0], [1, 0], "A\nA\n"), edit([2, 0], [3, 0], "C\n")], "A\nA\nb\nC\n", [0, 3]],
  ["lines that are removed", "a\nb\nc\n", [edit([0, 0], [2, 0], "")], "c\n", [0]],
  ["lines behind the last one", "a\nb\n", [edit([1, 1], [1, 1], "\nc")], "a\nb\nc\n", [2]],
  ["a new file", "", [edit([0, 0], [1, 0], "a\n")], "a\n", [0]],
  ["lines with other ends", "a\r\nb\r\n", [edit([1, 0], [2, 0], "B\r\n")], "a\r\nB\r\n", [1]],
  ["columns in units of UTF-16", "x = '😀'  # 1\n", [edit([0, 10], [0, 13], "# 2")], "x = '😀'  # 2\n", [0]],
];
for (const [what, before, edits, after, lines] of cases) {
  test(`edits are applied: ${what}`, () => {
    assert.deepEqual(applyEdits(before, edits), { text: after, lines });
  });
}

const RESULT: ProposalResult = {
  proposalId: "p",
  applied: false,
  edits: [{ path: "a.py", kind: "change" }, { path: "b.py", kind: "create" }, { path: "c.py", applied: true }],
  problems: [],
  hunks: { "a.py": ["@@ 0", "@@ 1", "@@ 2"], "b.py": ["@@"], "c.py": ["@@"] },
};

test("what is not applied is pending, hunk by hunk", () => {
  assert.deepEqual(pendingFiles(RESULT), [
    { path: "a.py", kind: "change", hunks: [0, 1, 2] },
    { path: "b.py", kind: "create", hunks: [0] },
  ]);
});

test("a file whose last hunk is settled is done", () => {
  const [file] = pendingFiles(RESULT);
  assert.ok(file);
  const left = without(file, [1]);
  assert.deepEqual(left?.hunks, [0, 2]);
  assert.equal(without(left, [0, 2]), undefined);
});

test("a new file is named as a whole, a changed one by its hunks", () => {
  assert.deepEqual(partOf("p", pendingFiles(RESULT)), { proposalId: "p", hunks: { "a.py": [0, 1, 2] }, files: ["b.py"] });
});

test("the edits of a document are found in both forms of an edit, in the order of their places", () => {
  const [late, early] = [edit([5, 0], [5, 0], "x"), edit([1, 0], [1, 0], "y")];
  const uri = "file:///w/a.py";
  const versioned = { documentChanges: [{ kind: "create" as const, uri }, { textDocument: { uri, version: 1 }, edits: [late, early] }] };
  assert.deepEqual(editsOf(versioned, uri), [early, late]);
  assert.deepEqual(editsOf({ changes: { [uri]: [late] } }, uri), [late]);
  assert.deepEqual(editsOf(undefined, uri), []);
  assert.deepEqual(documentsOf(versioned), [uri]);
});
