import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { placeIn } from "../src/chat/place";

const HERE = "file:///w/shop";

function withFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "foreword-place-"));
  try {
    work(join(folder, "made when needed"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the next window shows the chat that was shown last, or none", () => {
  withFolder((folder) => {
    assert.equal(placeIn(folder, HERE).get(), undefined);
    placeIn(folder, HERE).set("c1");
    assert.equal(placeIn(folder, HERE).get(), "c1");
    placeIn(folder, HERE).set(undefined);
    assert.equal(placeIn(folder, HERE).get(), undefined);
  });
});

test("every workspace has its own", () => {
  withFolder((folder) => {
    placeIn(folder, HERE).set("c1");
    placeIn(folder, "file:///w/bank").set("c2");
    assert.deepEqual([placeIn(folder, HERE).get(), placeIn(folder, "file:///w/bank").get()], ["c1", "c2"]);
  });
});

test("without a workspace it lasts as long as the window", () => {
  withFolder((folder) => {
    const place = placeIn(folder, undefined);
    place.set("c1");
    assert.deepEqual([place.get(), placeIn(folder, undefined).get()], ["c1", undefined]);
  });
});

test("a storage that can't be written keeps nobody from asking", () => {
  withFolder((folder) => {
    writeFileSync(folder, "a file where the folder should be");
    const place = placeIn(folder, HERE);
    place.set("c1");
    assert.equal(place.get(), "c1");
  });
});
