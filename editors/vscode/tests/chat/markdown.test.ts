import { Frames } from "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { blockNode, readBlocks, type BlockActions } from "../../src/chat/webview/markdown/blocks";
import { linkCitations } from "../../src/chat/webview/markdown/citationLinks";
import { MarkdownStream } from "../../src/chat/webview/markdown/markdownStream";

class Recorded implements BlockActions {
  readonly told: string[] = [];
  readonly follow = (href: string): void => void this.told.push(`follow ${href}`);
  readonly copy = (text: string): void => void this.told.push(`copy ${text}`);
  readonly insert = (text: string): void => void this.told.push(`insert ${text}`);
  readonly fit = (code: string): void => void this.told.push(`fit ${code}`);
}

function rendered(text: string, actions: BlockActions = new Recorded()): HTMLElement {
  const root = document.createElement("div");
  for (const block of readBlocks(text)) root.append(blockNode(block, actions) ?? "");
  return root;
}

const harmless: [string, string][] = [
  ["an image", "![a cat](https://example.org/cat.png)"],
  ["an image in a link", "[![a cat](https://example.org/cat.png)](https://example.org)"],
  ["HTML", '<img src="x" onerror="alert(1)">'],
  ["HTML in a sentence", 'See <img src=x onerror=alert(1)> and <a href="command:x">this</a>.'],
  ["a script", "<script>alert(1)</script>\n\n<style>*{display:none}</style>"],
  ["an iframe in a list", "- <iframe src='https://example.org'></iframe>"],
  ["HTML in a table", "| a |\n|---|\n| <img src=x> |"],
  ["HTML in a heading", "# <svg onload=alert(1)>"],
  ["HTML in code", "```html\n<img src=x onerror=alert(1)>\n```"],
  ["HTML as an entity", "&lt;img src=x onerror=alert(1)&gt;"],
  ["a form", "<form action='https://example.org'><input name=q></form>"],
];
for (const [what, text] of harmless) {
  test(`${what} loads and runs nothing`, () => {
    const found = [...rendered(text).querySelectorAll("*")];
    const allowed = /^(p|ul|ol|li|div|table|thead|tbody|tr|th|td|h[345]|pre|code|span|button|svg|path|strong|em|br)$/;
    for (const one of found) {
      assert.match(one.tagName.toLowerCase(), allowed);
      const attributes = one.getAttributeNames().filter((name) => /^on|^src|^href|^style|^action|^srcdoc/.test(name));
      assert.deepEqual([], attributes);
    }
    assert.equal(0, found.filter((one) => one.tagName === "svg" && one.getAttribute("onload") !== null).length);
  });
}

test("HTML stays the text that it is", () => {
  assert.equal("<img src=x onerror=alert(1)> & more", rendered("&lt;img src=x onerror=alert(1)&gt; &amp; more").textContent);
  assert.match(rendered("a <b>bold</b> word").textContent, /a <b>bold<\/b> word/);
});

for (const href of ["command:x", "javascript:alert(1)", "data:text/html,x", "vscode://x", "file:///etc/passwd", "../x"]) {
  test(`a link to ${href} is only its words`, () => {
    const root = rendered(`Press [here](${href}) or <${href}>.`);
    assert.equal(0, root.querySelectorAll("button, a").length);
    assert.match(root.textContent, /Press here/);
  });
}

test("a link is followed by the extension, and only when it is pressed", () => {
  const actions = new Recorded();
  const root = rendered("See [the docs](https://example.org/x) and [the till](shop/till.py#L3).", actions);
  assert.deepEqual([], actions.told);
  root.querySelectorAll("button").forEach((link) => link.click());
  assert.deepEqual(["follow https://example.org/x", "follow shop/till.py#L3"], actions.told);
});

test("an image is shown as its words", () => {
  assert.equal("[image: a cat]", rendered("![a cat](https://example.org/cat.png)").textContent);
});

test("the blocks of markdown are what they should be", () => {
  const root = rendered(
    "# One\n\ntext *em* **strong** ~~del~~ `code`\n\n1. a\n2. b\n\n- [x] done\n\n> quote\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n---\n\n```python\ndef f(): pass\n```\n",
  );
  const tags = [...root.children].map((child) => child.tagName.toLowerCase());
  assert.deepEqual(["h3", "p", "ol", "ul", "blockquote", "div", "hr", "div"], tags);
  for (const selector of ["em", "strong", "del", "p > code", "li", "blockquote p", "th", "td.align-right", "pre code"]) {
    assert.notEqual(null, root.querySelector(selector), selector);
  }
  assert.equal("def", root.querySelector(".hljs-keyword")?.textContent);
});

test("code is copied, inserted and applied as it was written, not as it is coloured", () => {
  const actions = new Recorded();
  const code = 'if (a < b && "c") {\n\treturn `<${d}>`;\n}';
  const root = rendered("```ts\n" + code + "\n```", actions);
  root.querySelectorAll<HTMLElement>(".code-bar button").forEach((one) => one.click());
  assert.deepEqual([`copy ${code}`, `insert ${code}`, `fit ${code}`], actions.told);
  assert.equal(code, root.querySelector("code")?.textContent);
});

const ANSWER = `### The till

The sum is made in \`till.py:6\`:

\`\`\`python
def total(prices):
    """The sum."""
    return sum(prices)
\`\`\`

- one
- two

  still two

  1. inner

     \`\`\`sh
     ls -l
     \`\`\`
- three

| name | value |
| --- | ---: |
| a | 1 |
| b | 2 |

> quoted
> lines

1. first

2. second

10. tenth

Setext
------

Last words, *emphatic*.
`;

function streamed(pieces: string[], whole = pieces.join("")): HTMLElement {
  const frames = new Frames();
  const root = document.createElement("div");
  const stream = new MarkdownStream(root, new Recorded(), frames.schedule);
  for (const piece of pieces) {
    stream.append(piece);
    frames.next();
  }
  stream.finish(whole);
  return root;
}

for (const size of [1, 2, 3, 7, 50]) {
  test(`an answer in pieces of ${size} looks as if it had come at once`, () => {
    const pieces = ANSWER.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    assert.equal(rendered(ANSWER).innerHTML, streamed(pieces).innerHTML);
  });
}

test("what is settled is not made again", () => {
  const frames = new Frames();
  const root = document.createElement("div");
  const stream = new MarkdownStream(root, new Recorded(), frames.schedule);
  stream.append("First.\n\nSecond.\n\nThi");
  frames.next();
  const first = root.children[0];
  stream.append("rd.\n\n```py\nx = 1\n");
  frames.next();
  const second = root.children[1];
  stream.append("y = 2\n```\n");
  frames.next();
  stream.finish("First.\n\nSecond.\n\nThird.\n\n```py\nx = 1\ny = 2\n```\n");
  assert.deepEqual([true, true], [first === root.children[0], second === root.children[1]]);
  assert.equal("x = 1\ny = 2", root.querySelector("pre")?.textContent);
});

test("many pieces between two frames are drawn once", () => {
  const frames = new Frames();
  const stream = new MarkdownStream(document.createElement("div"), new Recorded(), frames.schedule);
  for (let n = 0; n < 100; n++) stream.append(`word ${n} `);
  frames.next();
  frames.next();
  assert.equal(1, frames.drawn);
});

test("a long block of code grows in place while it streams", () => {
  const frames = new Frames();
  const root = document.createElement("div");
  const stream = new MarkdownStream(root, new Recorded(), frames.schedule);
  stream.append("```py\n");
  frames.next();
  const grown = root.querySelector("code")?.firstChild;
  for (let n = 0; n < 50; n++) {
    stream.append(`x${n} = ${n}\n`);
    frames.next();
  }
  assert.ok(grown === root.querySelector("code")?.firstChild);
  assert.match(root.textContent, /x49 = 49/);
});

test("where pieces are missing, the whole text at the end puts it right", () => {
  const root = streamed(["One.\n\nTwo", " lost"], "One.\n\nTwo is not lost.\n");
  assert.equal(rendered("One.\n\nTwo is not lost.\n").innerHTML, root.innerHTML);
});

test("lines that end as on Windows are lines", () => {
  assert.equal(rendered("a\n\nb\n").innerHTML, streamed(["a\r\n", "\r\nb\r\n"]).innerHTML);
});

test("the places that exist become links, and no others", () => {
  const root = rendered("In `till.py:6`, till.py:6-9, ./shop/till.py:2, old/till.py:6, till.py:60 and till.py:6.\n\n```py\ntill.py:6\n```");
  const citations = [
    { path: "till.py", uri: "file:///w/till.py", startLine: 6, endLine: 6 },
    { path: "till.py", uri: "file:///w/till.py", startLine: 6, endLine: 9 },
    { path: "shop/till.py", uri: "file:///w/shop/till.py", startLine: 2, endLine: 2 },
  ];
  const gone: string[] = [];
  linkCitations(root, citations, ({ path, startLine, endLine }) => gone.push(`${path} ${startLine} ${endLine}`));
  root.querySelectorAll<HTMLElement>(".citation").forEach((one) => one.click());
  assert.deepEqual(["till.py 6 6", "till.py 6 9", "shop/till.py 2 2", "till.py 6 6"], gone);
  assert.match(root.textContent, /In till\.py:6, till\.py:6-9, \.\/shop\/till\.py:2, old\/till\.py:6, till\.py:60 and till\.py:6\./);
});
