import { find, hear, last, open, told, written } from "./pageBench";
import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaStore, named } from "../../src/chat/media";
import type { Attachment, Message } from "../../src/chat/protocol";

const PICTURE = { name: "till.png", mediaType: "image/png", data: Buffer.from("a picture of it").toString("base64") };

function added(store: MediaStore, media = PICTURE): Attachment {
  const attachment = store.add(media);
  assert.ok(typeof attachment !== "string");
  return attachment;
}

test("a picture is an attachment without its data, which is put in when it is sent", () => {
  const store = new MediaStore();
  const attachment = added(store);
  assert.equal(false, JSON.stringify(attachment).includes(PICTURE.data));
  assert.deepEqual([{ kind: "image", ...PICTURE }, { uri: "file:///w/a.py" }], store.filled([attachment, { uri: "file:///w/a.py" }]));
});

test("a picture of the history is sent again, as long as the window has it", () => {
  const store = new MediaStore();
  added(store);
  const kept = { kind: "image", name: "till.png", mediaType: "image/png", bytes: 15 } as unknown as Attachment;
  const [asked] = named([{ id: "q", role: "user", text: "?", at: null, status: "done", attachments: [kept] } satisfies Message]);
  assert.deepEqual([{ kind: "image", ...PICTURE }], store.filled(asked?.attachments ?? []));
  assert.throws(() => new MediaStore().filled(asked?.attachments ?? []), /till\.png was attached in another window: attach it again/);
});

test("what no provider takes is refused with the reason", () => {
  const store = new MediaStore();
  const wrong = store.add({ ...PICTURE, name: "a.tiff", mediaType: "image/tiff" });
  assert.ok(typeof wrong === "string" && wrong.startsWith("a.tiff can't be attached"));
  const large = store.add({ ...PICTURE, data: "A".repeat(14_000_000) });
  assert.ok(typeof large === "string" && large.includes("too large to attach"));
  assert.equal("document", added(store, { ...PICTURE, mediaType: "application/pdf" }).kind);
});

test("a picture that is pasted is told with its data, and shown by its name and size", async () => {
  const file = new File([new Uint8Array(2000)], "shot.png", { type: "image/png" });
  const paste = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(paste, { clipboardData: { files: [file] } });
  const { hearPastes } = await import("../../src/chat/webview/composer/mediaInput");
  const media = new Promise((resolve) => hearPastes(document.body, resolve));
  written().dispatchEvent(paste);
  assert.deepEqual({ type: "media", name: "shot.png", mediaType: "image/png", data: Buffer.alloc(2000).toString("base64") }, await media);
  assert.equal(true, paste.defaultPrevented);
  hear({ type: "attached", attachment: added(new MediaStore(), { ...PICTURE, name: "shot.png", data: "A".repeat(4000) }) });
  assert.equal("shot.png (3 kB)", find(".chip-name").textContent);
  open();
  assert.equal("shot.png (3 kB)", find(".chip-name").textContent);
});

test("who answers stands in the composer, and opens the choice", () => {
  hear({ type: "model", words: "claude-opus-5 · high", title: "Chosen for this chat", about: "till" });
  assert.equal("Ask about till, or type @ to attach", written().placeholder);
  assert.deepEqual(["claude-opus-5 · high", false], [find(".model").textContent, find(".model").hidden]);
  find(".model").click();
  assert.deepEqual({ type: "chooseModel" }, last());
  assert.equal(1, told.filter(({ type }) => type === "chooseModel").length);
});
