import { answered, asked, begun, chat, find, hear, isShown, last, piece, running } from "./pageBench";
import assert from "node:assert/strict";
import { test } from "node:test";

/** Gives the transcript a height and a place, which nothing has without a layout. */
function place(scrollTop: number, scrollHeight: number): HTMLElement {
  const scroller = find(".transcript");
  for (const [name, value] of Object.entries({ scrollTop, scrollHeight, clientHeight: 100 })) {
    Object.defineProperty(scroller, name, { value, writable: true, configurable: true });
  }
  return scroller;
}

test("a redrawn answer is followed to its end, whatever that does to the place where the page stands", () => {
  hear(begun(), piece("One.\n\n"));
  const scroller = place(900, 1000);
  // While the tail is drawn anew the page is shorter, and the editor moves it up.
  place(400, 500).dispatchEvent(new Event("scroll"));
  place(400, 1200).dispatchEvent(new Event("scroll"));
  hear(piece("Two."));
  assert.equal(1200, scroller.scrollTop);
  assert.equal(false, isShown(".to-end"));
});

test("an answer is not followed after the user scrolled up, until the button or the end of the page", () => {
  hear(begun(), piece("One.\n\n"));
  const scroller = place(900, 1000);
  scroller.dispatchEvent(Object.assign(new Event("wheel"), { deltaY: -20 }));
  place(880, 1000).dispatchEvent(new Event("scroll"));
  place(860, 1000).dispatchEvent(new Event("scroll"));
  place(860, 1300);
  hear(piece("Two.\n\n"));
  assert.deepEqual([860, true], [scroller.scrollTop, isShown(".to-end")]);
  find(".to-end").click();
  assert.deepEqual([1300, false], [scroller.scrollTop, isShown(".to-end")]);
  place(1300, 1500);
  hear(piece("Three."));
  assert.equal(1500, scroller.scrollTop);
});

test("what must be decided stands in the chat until it is, and after the page was closed", () => {
  const asked = { words: "may text of shop be sent?", choices: ["Trust this folder", "Not now"] };
  hear(begun(), { type: "asked", asked });
  assert.equal("may text of shop be sent?", find(".asked p").textContent);
  hear({ type: "show", chat: { chatId: "c1", title: "", messages: [], more: false, running: running({ asked }) } });
  find(".asked .secondary").click();
  assert.deepEqual({ type: "choose", choice: "Not now" }, last());
  assert.equal(null, document.querySelector(".asked"));
});

test("a question that failed for want of trust or of a key says where to get it", () => {
  hear(chat(asked("q1", "One?", { status: "failed", note: "shop is not trusted", remedy: "trust" })));
  find(".failure button").click();
  assert.deepEqual({ type: "remedy", remedy: "trust" }, last());
});

test("a proposal that is decided offers nothing but to take it back, in a chat that is opened again too", () => {
  const proposal = { proposalId: "p1", problems: [], files: [{ path: "a.py", kind: "change", diff: "@@ -1 +1 @@\n-a\n+b\n" }] };
  const offered = (): (string | null)[] => [...document.querySelectorAll(".proposal header button")].map((one) => one.textContent);
  const show = (outcome?: string): void =>
    hear(chat(asked("q1", "One?"), answered("a1", "Done.", { proposals: [{ ...proposal, outcome }] })));
  show();
  assert.deepEqual(["Review", "Apply"], offered());
  hear({ type: "decided", proposalId: "p1", words: "Applied to 1 file", outcome: "applied" });
  assert.deepEqual([["Undo"], "Applied to 1 file"], [offered(), find(".outcome").textContent]);
  show("rejected");
  assert.deepEqual([[], "Rejected"], [offered(), find(".outcome").textContent]);
  show("partly applied");
  assert.deepEqual(["Undo", "Review"], offered());
});

test("a change of what runs on this machine is pointed at before it can be applied", () => {
  const file = (path: string, more: object): object => ({ path, kind: "change", diff: "@@ -1 +1 @@\n-a\n+b\n", ...more });
  const files = [file("a.py", {}), file("bin/deploy", { runsHere: true })];
  hear(chat(asked("q1", "One?"), answered("a1", "Done.", { proposals: [{ proposalId: "p1", problems: [], files }] })));
  const told = [...document.querySelectorAll(".proposal .warning")].map((one) => one.textContent);
  assert.deepEqual(["Look closely at bin/deploy: it changes what runs on this machine"], told);
});

test("what an answer waits for is told until its first word", () => {
  hear(begun(), { type: "step", words: "Setting up the server: making an environment" });
  assert.equal("Setting up the server: making an environment", find(".waiting").textContent);
  hear({ type: "step", words: "" });
  assert.equal("Thinking", find(".waiting").textContent);
  hear(piece("One."));
  assert.equal(true, find(".waiting").hidden);
});
