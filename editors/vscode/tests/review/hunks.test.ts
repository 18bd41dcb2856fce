import assert from "node:assert/strict";
import test from "node:test";
import { applyEdits, editsOf, partOf, pendingFiles } from "../../src/review/hunks";
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

const RESULT: Pick<ProposalResult, "edits" | "pending"> = {
  edits: [
    { path: "README.md", uri: "file:///w/README.md", kind: "change", diff: "" },
    { path: "docs/README.md", uri: "file:///w/docs/README.md", kind: "create", diff: "", runsHere: true },
    { path: "c.py", uri: "file:///w/c.py", kind: "change", diff: "" },
  ],
  pending: { "README.md": [0, 2], "docs/README.md": [0] },
};

test("what is not decided is pending, each file by its exact path", () => {
  assert.deepEqual(
    [
      ["README.md", "file:///w/README.md", false, [0, 2]],
      ["docs/README.md", "file:///w/docs/README.md", true, [0]],
    ],
    pendingFiles(RESULT).map(({ path, uri, runsHere, hunks }) => [path, uri, runsHere, hunks]),
  );
});

test("a new file is named as a whole, a changed one by its hunks", () => {
  assert.deepEqual(partOf("p", pendingFiles(RESULT)), {
    proposalId: "p",
    hunks: { "README.md": [0, 2] },
    files: ["docs/README.md"],
  });
});

test("the edits of a document are found in both forms of an edit, in the order of their places", () => {
  const [late, early] = [edit([5, 0], [5, 0], "x"), edit([1, 0], [1, 0], "y")];
  const uri = "file:///w/a.py";
  const versioned = { documentChanges: [{ kind: "create" as const, uri }, { textDocument: { uri, version: 1 }, edits: [late, early] }] };
  const same = (name: string): string => decodeURIComponent(name);
  assert.deepEqual(editsOf(versioned, uri, same), [early, late]);
  assert.deepEqual(editsOf({ changes: { "file:///w/%61.py": [late] } }, uri, same), [late]);
  assert.deepEqual(editsOf({ changes: { "file:///w/docs/a.py": [late] } }, uri, same), []);
  assert.deepEqual(editsOf(undefined, uri, same), []);
});
