import assert from "node:assert/strict";
import { test } from "node:test";
import { Restarts } from "../../src/server/restarts";

test("a server that ends again and again is started after longer and longer pauses, and then no more", () => {
  const restarts = new Restarts();
  const pauses = Array.from({ length: 6 }, (_, n) => restarts.pauseAfter(n * 1000));
  const known = pauses.filter((pause) => pause !== undefined);
  assert.deepEqual([undefined, 5], [pauses.at(-1), known.length]);
  assert.deepEqual(known, [...known].sort((a, b) => a - b));
});

test("an end of long ago does not count, nor do those before the user asked for the server", () => {
  const restarts = new Restarts();
  const first = restarts.pauseAfter(0);
  assert.equal(first, restarts.pauseAfter(10 * 60_000));
  restarts.forget();
  assert.equal(first, restarts.pauseAfter(10 * 60_000 + 1));
});
