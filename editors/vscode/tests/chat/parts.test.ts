import assert from "node:assert/strict";
import { test } from "node:test";
import { pageHtml } from "../../src/chat/page";
import { applying, outcome } from "../../src/chat/proposals";
import { attachmentLabel } from "../../src/chat/webview/composer/attachmentLabel";
import { paced } from "../../src/chat/webview/elements/pace";

const SOURCES = { script: "https://own/webview.js", style: "https://own/webview.css", origin: "https://own" };

test("the page may load its own script and style, and nothing else", () => {
  const html = pageHtml(SOURCES);
  const [, policy = ""] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const [, nonce = ""] = /script nonce="([^"]{20,})"/.exec(html) ?? [];
  assert.deepEqual(
    ["default-src 'none'", "style-src https://own", `script-src 'nonce-${nonce}'`],
    policy.split(";").map((rule) => rule.trim()),
  );
  assert.equal(1, html.match(/<script/g)?.length);
  assert.doesNotMatch(html, / on\w+=|style=|<style|unsafe/);
});

test("no two pages have the same nonce", () => assert.notEqual(pageHtml(SOURCES), pageHtml(SOURCES)));

const edits = [
  { applied: true },
  { applied: true },
  { applied: false },
];
const outcomes: [string, Parameters<typeof outcome>[0]][] = [
  ["Applied to 2 files", { applied: true, problems: [], edits }],
  ["Applied to 1 file", { applied: true, problems: [], edits: edits.slice(1) }],
  ["Applied to 2 files; not all of it: c.py has moved on", { applied: true, problems: [{ message: "c.py has moved on" }], edits }],
  ["Not applied: c.py has moved on", { applied: false, problems: [{ message: "c.py has moved on" }], edits: [] }],
  ["Not applied", { applied: false, problems: [], edits: [] }],
];
for (const [words, result] of outcomes) test(words, () => assert.equal(words, outcome(result)));

const at = (line: number, character: number) => ({ line, character });
const labels: [string, Parameters<typeof attachmentLabel>[0]][] = [
  ["till.py", { uri: "file:///w/shop/till.py" }],
  ["odd 😀.py", { uri: "file:///w/odd%20%F0%9F%98%80.py" }],
  ["bad%zz.py", { uri: "file:///w/bad%zz.py" }],
  ["till.py total", { uri: "file:///w/till.py", symbol: "total" }],
  ["till.py:3", { uri: "file:///w/till.py", range: { start: at(2, 4), end: at(2, 9) } }],
  ["till.py:3", { uri: "file:///w/till.py", range: { start: at(2, 0), end: at(3, 0) } }],
  ["till.py:3-4", { uri: "file:///w/till.py", range: { start: at(2, 0), end: at(3, 1) } }],
];
for (const [label, attachment] of labels) {
  test(`${label} is the name of an attachment`, () => assert.equal(label, attachmentLabel(attachment)));
}

test("after a drawing that took long, the next one waits; after a quick one it does not", () => {
  let now = 0;
  const waits: number[] = [];
  const schedule = paced(
    (run) => run(),
    (run, ms) => {
      waits.push(ms);
      run();
    },
    () => now,
  );
  for (const ms of [2, 100, 2, 2]) schedule(() => (now += ms));
  assert.deepEqual([300], waits);
});

test("code that is to be applied can't end its own fence", () => {
  assert.equal(applying("x = 1"), "Apply this code:\n\n```\nx = 1\n```");
  assert.equal(applying('"""\n```py\n"""'), 'Apply this code:\n\n````\n"""\n```py\n"""\n````');
});
