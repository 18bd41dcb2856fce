import assert from "node:assert/strict";
import { test } from "node:test";
import type { Piece } from "../../src/chat/protocol";
import { PartialResults } from "../../src/chat/session/partialResults";

test("partial results after a gap are not shown, and a piece that comes twice is shown once", () => {
  const shown: string[] = [];
  const partials = new PartialResults((piece: Piece) => shown.push(piece.kind === "text" ? piece.text : piece.kind));
  for (const [seq, text] of [[0, "a"], [1, "b"], [1, "b"], [3, "d"], [2, "c"], [4, "e"]] as const) {
    partials.take({ seq, kind: "text", text });
  }
  assert.deepEqual(["a", "b"], shown);
  assert.equal(true, partials.hasGap);
});
