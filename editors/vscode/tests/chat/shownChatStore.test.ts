import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { shownChatStoreIn } from "../../src/chat/session/shownChatStore";

const HERE = "file:///w/shop";

function withFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "foreword-shown-"));
  try {
    work(join(folder, "made when needed"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the next window shows the chat that was shown last, or none", () => {
  withFolder((folder) => {
    assert.equal(shownChatStoreIn(folder, HERE).get(), undefined);
    shownChatStoreIn(folder, HERE).set("c1");
    assert.equal(shownChatStoreIn(folder, HERE).get(), "c1");
    shownChatStoreIn(folder, HERE).set(undefined);
    assert.equal(shownChatStoreIn(folder, HERE).get(), undefined);
  });
});

test("every workspace has its own", () => {
  withFolder((folder) => {
    shownChatStoreIn(folder, HERE).set("c1");
    shownChatStoreIn(folder, "file:///w/bank").set("c2");
    assert.deepEqual([shownChatStoreIn(folder, HERE).get(), shownChatStoreIn(folder, "file:///w/bank").get()], ["c1", "c2"]);
  });
});

test("without a workspace it lasts as long as the window", () => {
  withFolder((folder) => {
    const store = shownChatStoreIn(folder, undefined);
    store.set("c1");
    assert.deepEqual([store.get(), shownChatStoreIn(folder, undefined).get()], ["c1", undefined]);
  });
});

test("a storage that can't be written keeps nobody from asking", () => {
  withFolder((folder) => {
    writeFileSync(folder, "a file where the folder should be");
    const store = shownChatStoreIn(folder, HERE);
    store.set("c1");
    assert.equal(store.get(), "c1");
  });
});
