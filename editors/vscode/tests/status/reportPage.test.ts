import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { reportPage } from "../../src/status/reportPage";

const PAGE = `<head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-old'">
<style>a { color: red } @media (prefers-color-scheme: dark) { a { color: blue } }</style></head><body>x</body>`;

for (const [isDark, query] of [[true, "@media all"], [false, "@media not all"]] as const) {
  test(`a ${isDark ? "dark" : "light"} editor gets a ${isDark ? "dark" : "light"} page, whatever the system's theme is`, () => {
    const shown = reportPage(PAGE, { isDark, source: "https://editor" });
    assert.ok(shown.includes(query));
    assert.ok(!shown.includes("prefers-color-scheme"));
  });
}

test("the policy allows the style sheet as it is now, and the editor's own", () => {
  const shown = reportPage(PAGE, { isDark: true, source: "https://editor" });
  const style = /<style>(.*)<\/style>/s.exec(shown)?.[1] ?? "";
  const digest = createHash("sha256").update(style).digest("base64");
  assert.match(shown, /content="default-src 'none'; style-src https:\/\/editor 'sha256-/);
  assert.ok(shown.includes(digest));
  assert.ok(!shown.includes("sha256-old"));
});
