import { find, hear, last, told, type, written } from "./pageBench";
import { press } from "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionAt } from "../../src/chat/webview/composer/suggestions";

const mentions: [string, string | undefined][] = [
  ["@", "@"],
  ["what is @til", "@til"],
  ["mail me@home", undefined],
  ["@till.py and", undefined],
  ["/ex", "/ex"],
  ["see /ex", undefined],
  ["", undefined],
];
for (const [text, expected] of mentions) {
  test(`"${text}" ends in ${expected ?? "no mention"}`, () => {
    const found = mentionAt(text, text.length);
    assert.equal(found && found.mark + found.query, expected);
  });
}

const TILL = { label: "till.py", detail: "shop/till.py", attachment: { uri: "file:///w/shop/till.py" } };
const CHANGES = { label: "Git changes", detail: "", what: "changes" } as const;

test("an @ is completed by what the extension finds, and becomes a chip", () => {
  type("Explain @til");
  assert.deepEqual({ type: "complete", query: "til" }, last());
  hear({ type: "suggestions", query: "til", suggestions: [CHANGES, TILL] });
  press(find("textarea"), "ArrowDown");
  press(find("textarea"), "Enter");
  assert.deepEqual(["Explain ", "till.py"], [written().value, find(".chip-name").textContent]);
  assert.equal(true, find(".suggestions").hidden);
  assert.equal(0, told.filter((message) => message.type === "send").length);
});

test("suggestions for what is not written any more are not shown, and Escape closes the list alone", () => {
  type("@til");
  type("@tills");
  hear({ type: "suggestions", query: "til", suggestions: [TILL] });
  assert.equal(true, find(".suggestions").hidden);
  hear({ type: "suggestions", query: "tills", suggestions: [CHANGES] });
  assert.equal(false, find(".suggestions").hidden);
  press(find("textarea"), "Escape");
  assert.deepEqual([true, "@tills"], [find(".suggestions").hidden, written().value]);
});

test("a source of the editor's is asked for when it is chosen", () => {
  type("@git");
  hear({ type: "suggestions", query: "git", suggestions: [CHANGES] });
  press(find("textarea"), "Tab");
  assert.deepEqual({ type: "attach", what: "changes" }, last());
});

test("a slash command begins the question, and attaches what the cursor is in", () => {
  type("/si");
  press(find("textarea"), "Enter");
  assert.equal("Simplify this code without changing what it does.", written().value);
  assert.deepEqual({ type: "attach", what: "here" }, last());
});
