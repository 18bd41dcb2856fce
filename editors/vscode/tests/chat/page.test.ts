import { TILL, TWO, answered, asked, begun, chat, find, focused, hear, isShown, last, open, piece, running, told, type, written } from "./pageBench";
import { press } from "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToPage } from "../../src/chat/messages";

test("the page asks for what it shows, and its draft comes back", () => {
  assert.deepEqual([{ type: "ready" }], told);
  type("half a question");
  hear({ type: "attached", attachment: TILL });
  open();
  assert.equal("half a question", written().value);
  assert.equal("till.py", find(".chip-name").textContent);
});

test("Enter sends, Shift+Enter does not, nor does Enter that ends a word of an input method", () => {
  type("One?");
  press(find("textarea"), "Enter", { shiftKey: true });
  press(find("textarea"), "Enter", { isComposing: true });
  assert.equal("ready", last()?.type);
  assert.equal(false, press(find("textarea"), "Enter"));
  assert.deepEqual({ type: "send", text: "One?", attachments: [] }, last());
  assert.equal("", written().value);
});

test("nothing but blanks is not sent, and nothing while an answer is under way", () => {
  type("  \n");
  press(find("textarea"), "Enter");
  hear(begun());
  type("Two?");
  press(find("textarea"), "Enter");
  assert.equal("ready", last()?.type);
  assert.equal("Two?", written().value);
});

test("an answer streams, and at its end has its receipt and is announced once", () => {
  hear(begun(), piece("Half "));
  assert.equal("Half ", find(".markdown").textContent);
  assert.equal("", find("[role=status].for-screen-readers").textContent);
  hear(piece("and half."), { type: "ended", messages: [asked("q1", "One?"), answered("a1", "Half and half.")] });
  assert.equal("Half and half.", find(".markdown").textContent);
  assert.equal("Answer finished: 3 words", find("[role=status].for-screen-readers").textContent);
  assert.equal(true, isShown(".send"));
});

test("Escape stops the answer, and the button does", () => {
  press(find("textarea"), "Escape");
  assert.equal("ready", last()?.type);
  hear(begun());
  assert.deepEqual([false, true], [isShown(".send"), isShown(".stop")]);
  press(find("textarea"), "Escape");
  assert.equal("stop", last()?.type);
  find(".stop").click();
  assert.equal(2, told.filter((message) => message.type === "stop").length);
});

test("what was said until an answer is stopped stays, with a way to ask again", () => {
  hear(begun(), piece("Half "), { type: "ended", messages: [asked("q1", "One?", { status: "cancelled" })] });
  assert.match(find(".turn").textContent, /Half .*Stopped\./s);
  find(".failure button").click();
  assert.deepEqual({ type: "send", text: "One?", attachments: [], from: "q1" }, last());
  assert.equal(0, document.querySelectorAll(".turn").length);
});

test("a fault is one alert with its way out, and no receipt", () => {
  hear(begun(), { type: "ended", messages: [asked("q1", "One?", { status: "failed", note: "The key is not valid" })] });
  assert.deepEqual(["The key is not valid"], [...document.querySelectorAll("[role=alert]:not([hidden]) p")].map((p) => p.textContent));
  find(".failure button").click();
  assert.deepEqual({ type: "send", text: "One?", attachments: [], from: "q1" }, last());
});

for (const modifier of ["ctrlKey", "metaKey"]) {
  test(`${modifier} and arrow up edit the last question`, () => {
    hear(chat(...TWO()));
    press(find("textarea"), "ArrowUp", { [modifier]: true });
    assert.equal("Two?", written().value);
    type("Two, in other words?");
    press(find("textarea"), "Enter");
    assert.deepEqual({ type: "send", text: "Two, in other words?", attachments: [], from: "q2" }, last());
    assert.deepEqual(["One?"], [...document.querySelectorAll(".question-text")].map((one) => one.textContent));
  });
}

test("another answer is asked for, and takes the place of the first", () => {
  hear(chat(...TWO()));
  find(".turn:last-child .again").click();
  assert.deepEqual({ type: "send", text: "Two?", attachments: [], from: "q2" }, last());
  assert.equal(1, document.querySelectorAll(".turn").length);
});

test("editing is given up by Escape, and the chat is as it was", () => {
  hear(chat(...TWO()));
  find(".turn .edit").click();
  assert.equal("One?", written().value);
  press(find("textarea"), "Escape");
  assert.equal("", written().value);
  assert.equal(2, document.querySelectorAll(".turn").length);
  assert.equal("ready", last()?.type);
});

test("attachments are chips: once each, removed by Delete, opened by a press", () => {
  const lines = { ...TILL, range: { start: { line: 2, character: 0 }, end: { line: 5, character: 0 } } };
  hear({ type: "attached", attachment: TILL }, { type: "attached", attachment: TILL }, { type: "attached", attachment: lines });
  assert.deepEqual(["till.py", "till.py:3-5"], [...document.querySelectorAll(".chip-name")].map((chip) => chip.textContent));
  find(".chip:last-child .chip-name").click();
  assert.deepEqual({ type: "place", uri: TILL.uri, line: 3, endLine: 6 }, last());
  press(find(".chip-name"), "Delete");
  assert.deepEqual(["till.py:3-5"], [...document.querySelectorAll(".chip-name")].map((chip) => chip.textContent));
  type("What are these?");
  press(find("textarea"), "Enter");
  assert.deepEqual({ type: "send", text: "What are these?", attachments: [lines] }, last());
  assert.equal(0, document.querySelectorAll(".box .chip").length);
});

test("the list of chats is one stop of the Tab key, and arrows move in it", () => {
  hear(chat(...TWO()));
  find(".title").click();
  assert.equal("list", last()?.type);
  const listed = ["c1", "c2", "c3"].map((chatId) => ({ chatId, title: chatId, at: null, turns: 1 }));
  hear({ type: "chats", chats: listed });
  const stops = [...document.querySelectorAll<HTMLElement>(".chat-open")];
  assert.deepEqual([0, -1, -1], stops.map((stop) => stop.tabIndex));
  assert.equal("true", stops[0]?.getAttribute("aria-current"));
  press(find(".chat-list li:first-child .chat-open"), "ArrowDown");
  assert.deepEqual([-1, 0, -1], stops.map((stop) => stop.tabIndex));
  press(find(".chat-list li:nth-child(2) .chat-open"), "End");
  assert.equal(stops[2], document.activeElement);
  stops[2].click();
  assert.deepEqual({ type: "open", chatId: "c3" }, last());
  assert.equal(false, isShown(".chat-list"));
});

test("the list of chats is closed by Escape, and when the focus goes elsewhere", () => {
  const chats = [{ chatId: "c1", title: "c1", at: null, turns: 1 }];
  hear({ type: "chats", chats });
  press(focused(), "Escape");
  assert.deepEqual([false, "title"], [isShown(".chat-list"), focused().className]);
  hear({ type: "chats", chats });
  find("textarea").focus();
  assert.deepEqual([false, "TEXTAREA"], [isShown(".chat-list"), focused().tagName]);
  assert.equal("false", find(".title").getAttribute("aria-expanded"));
});

test("the menu of attachments is left by Escape without stopping the answer", () => {
  hear(begun());
  find("button[aria-label=Attach]").click();
  assert.equal("Current file", focused().textContent);
  press(focused(), "ArrowDown");
  assert.equal("Selection", focused().textContent);
  press(focused(), "Escape");
  assert.equal("ready", last()?.type);
  find("button[aria-label=Attach]").click();
  document.querySelectorAll<HTMLElement>("[role=menuitem]")[2]?.click();
  assert.deepEqual({ type: "attach", what: "symbol" }, last());
});

test("the steps of tools are folded, and counted at the end", () => {
  const step = (line: string): ToPage => ({ type: "piece", piece: { kind: "tool", name: "view", line } });
  hear(begun(), step("view till.py"), step("search total"));
  assert.deepEqual(["search total", false], [find(".steps summary").textContent, (find(".steps") as HTMLDetailsElement).open]);
  hear({ type: "ended", messages: [asked("q1", "One?"), answered("a1", "Done.")] });
  assert.equal("2 steps", find(".steps summary").textContent);
  assert.deepEqual(["view till.py", "search total"], [...document.querySelectorAll(".steps li")].map((li) => li.textContent));
});

test("a proposal can be reviewed and applied when it is whole, and says what became of it", () => {
  const files = [{ path: "till.py", kind: "change", diff: "--- a/till.py\n+++ b/till.py\n@@ -1 +1,2 @@\n-a\n+b\n+c\n" }];
  const proposal = { proposalId: "a1", files, problems: [] };
  hear(begun(), { type: "piece", piece: { kind: "proposal", ...proposal } });
  assert.equal(0, document.querySelectorAll(".proposal button").length);
  hear({ type: "ended", messages: [asked("q1", "One?"), answered("a1", "Changed.", { proposals: [proposal] })] });
  assert.match(find(".proposal summary").textContent, /till\.py.*\+2.*−1/);
  assert.equal("@@ -1 +1,2 @@\n-a\n+b\n+c\n", find(".proposal pre").textContent);
  document.querySelectorAll<HTMLElement>(".proposal button").forEach((one) => one.click());
  assert.deepEqual([{ type: "review", proposalId: "a1" }, { type: "apply", proposalId: "a1" }], told.slice(-2));
  hear({ type: "decided", proposalId: "a1", words: "Applied to 1 file", outcome: "applied" });
  assert.equal("Applied to 1 file", find(".outcome").textContent);
});

test("a page that comes late shows how far the answer has come", () => {
  const now = running({ text: "So far", tools: ["view till.py"] });
  hear({ type: "show", chat: { chatId: "c1", title: "One?", messages: [], more: false, running: now } }, piece(" and on"));
  assert.equal("So far and on", find(".markdown").textContent);
  assert.equal(true, isShown(".stop"));
});

test("earlier messages come before the others", () => {
  const shown = chat(...TWO());
  if (shown.type === "show") shown.chat.more = true;
  hear(shown);
  find(".earlier").click();
  assert.deepEqual({ type: "earlier", before: "q1" }, last());
  hear({ type: "earlier", messages: [asked("q0", "Zero?"), answered("a0", "None.")], more: false });
  assert.deepEqual(["Zero?", "One?", "Two?"], [...document.querySelectorAll(".question-text")].map((one) => one.textContent));
  assert.equal(false, isShown(".earlier"));
});

test("every button has a name", () => {
  hear(chat(...TWO()), { type: "attached", attachment: TILL });
  for (const one of document.querySelectorAll("button")) {
    assert.notEqual("", (one.getAttribute("aria-label") ?? one.textContent).trim(), one.outerHTML);
  }
});

test("while the server can't be reached, the page says so and can try again", () => {
  hear({ type: "problem", words: "no Python 3.11 was found", again: true });
  assert.match(find(".notice").textContent, /no Python 3\.11 was found/);
  find(".notice button").click();
  assert.deepEqual([{ type: "ready" }, { type: "ready" }], told);
});
