import assert from "node:assert/strict";
import { test } from "node:test";
import { readLink } from "../../src/chat/link";

const dead = [
  "command:workbench.action.terminal.new",
  "COMMAND:foreword.edit?%5B%5D",
  "javascript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vscode://file/etc/passwd",
  "vscode-webview://x",
  "file:///etc/passwd",
  "ftp://example.org/",
  "mailto:somebody@example.org",
  "//example.org/x",
  "\\\\server\\share",
  "/etc/passwd",
  "../outside.py",
  "shop/../../outside.py",
  "%2e%2e/outside.py",
  "..%2foutside.py",
  "%2fetc/passwd",
  "shop/%5c..%5c..%5cx",
  "javascript%3aalert(1)",
  "C:\\Windows\\system.ini",
  "%",
  "#top",
  "",
  "https://",
];
for (const href of dead) {
  test(`a link to ${JSON.stringify(href)} leads nowhere`, () => assert.equal(null, readLink(href)));
}

const files: [string, string, number, number][] = [
  ["shop/till.py", "shop/till.py", 1, 1],
  ["./shop/till.py", "shop/till.py", 1, 1],
  ["shop/till.py:7", "shop/till.py", 7, 7],
  ["shop/till.py:7-9", "shop/till.py", 7, 9],
  ["shop/till.py#L7", "shop/till.py", 7, 7],
  ["shop/till.py#L7-L9", "shop/till.py", 7, 9],
  ["Makefile:3", "Makefile", 3, 3],
  ["a%20b/%C3%A9.md#usage", "a b/é.md", 1, 1],
];
for (const [href, path, line, endLine] of files) {
  test(`a link to ${href} leads to a file`, () => assert.deepEqual({ kind: "file", path, line, endLine }, readLink(href)));
}

test("a page on the web is named in full", () =>
  assert.deepEqual({ kind: "web", url: "https://example.org/a?b=c" }, readLink("HTTPS://example.org/a?b=c")));
