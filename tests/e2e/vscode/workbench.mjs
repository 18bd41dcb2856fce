// The editor's workbench as its user sees it. Every wait is bounded and on a condition. A late change of focus may
// close what has just popped up: such steps are done again as a whole, rather than waited for longer.

const PATIENCE = Number(process.env.FOREWORD_TEST_PATIENCE_MS ?? 60_000);
const TRIES = 6;
/** What the workbench itself says in a browser without a window server, accounts and a gallery of extensions. */
const NOISE = [
  /favicon|manifest\.json|code-192\.png|vsda/,
  /service worker|ServiceWorker/i,
  /The web worker extension host is started in a same-origin iframe/,
  /An iframe which has both allow-scripts and allow-same-origin/,
  /AgentHost|ChatModelSelection|\[lm\]|chat session|GitHub|copilot/i,
  /net::ERR_ABORTED/,
  /Aborted onWillSaveTextDocument/, // a machine under load
  /Long running operations during shutdown|Unable to write file 'vscode-log:/, // whenever a page is left
  /Extension `vscode\.[\w.-]+` is already registered/, // the editor's own, when its user trusts a folder
  /Activating extension 'vscode\.[\w.-]+' failed: Not Found/, // likewise: parts of them are not served to a browser
  /native-watchdog/, // a native module that is not built
];

export class Workbench {
  /** Console errors, failed policies and exceptions of the page since its beginning. */
  problems = [];
  /** The editor repeats messages to the user in the console: those that a test wants are no problems. */
  wanted = [];

  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => {
      const text = message.text();
      const isPolicy = /Content Security Policy|Refused to (load|execute|apply|connect|frame)/i.test(text);
      if (message.type() === "error" || isPolicy) this.#note(`${message.type()}: ${text} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.#note(`exception: ${error.stack ?? error}`));
  }

  /** A page that is left cancels what is under way, and says so: that is no problem of anybody's. */
  #isLeaving = false;

  #note(problem) {
    if (this.#isLeaving) return;
    if (![...NOISE, ...this.wanted].some((known) => known.test(problem))) this.problems.push(problem.slice(0, 600));
  }

  /** Says that an error with this text is what the test is about. */
  expect(part) {
    this.wanted.push(new RegExp(escaped(part)));
  }

  /** Opens a folder, and a file in it. */
  async open(address, folder, file) {
    const payload = JSON.stringify([["openFile", `vscode-remote://${address}${folder}/${file}`]]);
    const query = `folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(payload)}`;
    this.#isLeaving = true;
    await this.page.goto(`http://${address}/?${query}`, { waitUntil: "commit" });
    this.#isLeaving = false;
    await this.page.waitForSelector(`.tab.active[data-resource-name="${file.split("/").at(-1)}"]`);
    await this.page.waitForSelector(".monaco-editor .view-lines .view-line");
  }

  /** Does something again until it succeeds. */
  async again(step) {
    for (let left = TRIES; ; left--) {
      try {
        return await step(PATIENCE / TRIES);
      } catch (error) {
        if (left <= 1) throw error;
        await this.page.keyboard.press("Escape");
      }
    }
  }

  /** Runs a command by its exact title: the first match of the palette is often another one. */
  async command(title) {
    await this.again(async (timeout) => {
      await this.page.keyboard.press("F1");
      const input = this.page.locator(".quick-input-widget:visible input").first();
      await input.waitFor({ timeout });
      await input.fill(`>${title}`);
      const label = this.page.locator(".label-name", { hasText: new RegExp(`^${escaped(title)}$`) });
      const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ has: label }).first();
      await row.click({ timeout });
    });
  }

  /** Goes to a line (from 1) of the active editor. */
  async goTo(line) {
    await this.again(async (timeout) => {
      await this.page.keyboard.press("Control+G");
      const input = this.page.locator(".quick-input-widget:visible input").first();
      await input.waitFor({ timeout });
      await input.fill(`:${line}`);
      await this.page.keyboard.press("Enter");
      await this.page.locator(".quick-input-widget").first().waitFor({ state: "hidden", timeout });
    });
  }

  /** Chooses an action of the light bulb's menu at the cursor; gives what the menu had. */
  async quickFix(title, key = "Control+Period") {
    return this.again(async (timeout) => {
      await this.page.keyboard.press(key);
      const rows = this.page.locator(".action-widget .monaco-list-row");
      const row = rows.filter({ hasText: title }).first();
      await row.waitFor({ timeout });
      const all = await rows.allInnerTexts();
      await row.click({ timeout });
      return all;
    });
  }

  /** Chooses one of the actions about the code at the cursor that end in an answer; the light bulb's menu lacks them. */
  async sourceAction(title) {
    await this.again(async (timeout) => {
      await this.command("Source Action...");
      const row = this.page.locator(".action-widget .monaco-list-row", { hasText: title }).first();
      await row.click({ timeout });
    });
  }

  /** Types into the list that is open, and takes the first item whose label has this in it. */
  async pick(typed, label) {
    const input = this.page.locator(".quick-input-widget:visible input").first();
    await input.fill(typed);
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: label || typed }).first();
    await row.click();
  }

  /** Writes into the input box that is open, and confirms it. */
  async fillInput(text) {
    const input = this.page.locator(".quick-input-widget:visible input").first();
    await input.fill(text);
    await input.press("Enter");
  }

  /** The code lenses from top to bottom, as soon as there are so many. */
  async lenses(count) {
    await this.page.waitForFunction(
      (wanted) => document.querySelectorAll(".codelens-decoration a").length === wanted,
      count,
    );
    return this.page.locator(".codelens-decoration a").evaluateAll((all) =>
      all
        .map((lens) => ({ text: lens.innerText.trim(), at: lens.getBoundingClientRect() }))
        .sort((a, b) => a.at.y - b.at.y || a.at.x - b.at.x)
        .map(({ text }) => text),
    );
  }

  /** Clicks the lens with a text; `number` counts those from the top, from 0. */
  async lens(text, number) {
    const all = await this.page.locator(".codelens-decoration a", { hasText: text }).all();
    const places = await Promise.all(all.map(async (one) => ({ one, y: (await one.boundingBox())?.y ?? 0 })));
    await places.sort((a, b) => a.y - b.y)[number].one.click();
  }

  /** Unfolds the row of a tree that has this label. */
  async expand(label) {
    const row = this.page.locator(".pane-body .monaco-list-row", { has: this.page.getByText(label, { exact: true }) }).first();
    await row.waitFor();
    if ((await row.getAttribute("aria-expanded")) !== "true") await row.click();
    await this.page.waitForFunction((row) => row.getAttribute("aria-expanded") === "true", await row.elementHandle());
  }

  /** The rows of the trees in the side bar. */
  rows() {
    return this.page.locator(".sidebar .pane-body .monaco-list-row").allInnerTexts();
  }

  /** The text of the webview that has this in it. */
  async frameText(part) {
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      for (const frame of this.page.frames()) {
        const text = await frame.evaluate(() => document.body?.innerText ?? "").catch(() => "");
        if (text.includes(part)) return text;
      }
      await this.page.waitForTimeout(50);
    }
    throw new Error(`no webview has "${part}"`);
  }

  /** The frame of the webview that has such an element, once it is there. */
  async frameWith(selector) {
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      for (const frame of this.page.frames()) {
        if (await frame.locator(selector).count().catch(() => 0)) return frame;
      }
      await this.page.waitForTimeout(50);
    }
    throw new Error(`no webview has ${selector}`);
  }

  /** Texts of a webview whose contrast to what is behind them is below what WCAG 2 asks for at level AA; the webview has such an element in it. */
  async faintTexts(selector) {
    return (await this.frameWith(selector)).evaluate(faintTexts);
  }

  /** Presses a button of a row in the side bar's trees, which is there while the pointer is on the row. */
  async rowAction(label, action) {
    await this.again(async (timeout) => {
      const name = this.page.getByText(label, { exact: true });
      const row = this.page.locator(".sidebar .pane-body .monaco-list-row", { has: name }).first();
      await row.hover({ timeout });
      await row.getByRole("button", { name: action }).click({ timeout });
    });
  }

  /** Waits until a row of the trees has all of these words. */
  async waitForRow(...words) {
    await this.page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll(".sidebar .pane-body .monaco-list-row")].some((row) =>
          wanted.every((word) => row.innerText.includes(word)),
        ),
      words,
    );
  }

  /** Drags the tab of the active editor on a webview of the side bar. Only with Shift does the editor let it in. */
  async dragTabToWebview(selector) {
    const frame = await this.frameWith(selector);
    const [tab, view] = [await this.page.locator(".tab.active").boundingBox(), await this.page.locator(".sidebar").boundingBox()];
    const middle = { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    await this.page.mouse.move(tab.x + 40, tab.y + tab.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(tab.x + 20, tab.y + tab.height, { steps: 4 });
    await this.page.keyboard.down("Shift");
    await this.again(async (timeout) => {
      await this.page.mouse.move(middle.x, middle.y, { steps: 8 });
      await this.page.mouse.move(middle.x, middle.y + 20, { steps: 8 });
      await frame.locator("body.is-drop-target").waitFor({ timeout });
    });
    await this.page.mouse.up();
    await this.page.keyboard.up("Shift");
  }

  /** Milliseconds that each of the running extensions took to be activated, by its name, once some of them were. */
  async activations(names) {
    await this.command("Developer: Show Running Extensions");
    const rows = this.page.locator(".runtime-extensions-editor .monaco-list-row");
    for (const name of names) await rows.filter({ hasText: name }).filter({ hasText: /Activation: \d/ }).first().waitFor();
    return rows.evaluateAll((all) =>
      Object.fromEntries(
        all.map((row) => [
          row.querySelector(".name")?.innerText ?? "",
          Number(/Activation: (\d+)\s*ms/.exec(row.innerText)?.[1] ?? NaN),
        ]),
      ),
    );
  }

  /** What a key runs, as the editor of keyboard shortcuts lists it; one of the commands is `title`. */
  async boundTo(key, title) {
    await this.page.locator(".keybindings-editor .keybindings-header").locator("input, textarea").first().fill(`"${key}"`);
    await this.page.waitForFunction((wanted) => {
      const all = [...document.querySelectorAll(".keybindings-editor .monaco-list-row")];
      return all.length < 10 && all.some((row) => row.innerText.includes(wanted));
    }, title);
    return this.page.locator(".keybindings-editor .monaco-list-row").allInnerTexts();
  }

  /** Asks in the editor's own chat; a list of completions that opens meanwhile would take the key that sends. */
  async askOwnChat(text) {
    const input = this.page.locator(".interactive-session .chat-input-container").first();
    const words = text.replace(/^@\S+ /, "");
    const written = input.locator(".view-lines", { hasText: words });
    await input.locator(".view-lines").first().click();
    await this.page.keyboard.type(text);
    await written.waitFor();
    await this.again(async (timeout) => {
      if (await this.page.locator(".suggest-widget.visible").count()) await this.page.keyboard.press("Escape");
      if (await written.count()) await this.page.keyboard.press("Enter");
      await this.page.locator(".interactive-request", { hasText: words }).last().waitFor({ timeout });
    });
  }

  /** Unfolds the steps of the answer in the editor's own chat, and again where its last piece has folded them meanwhile. */
  async unfoldSteps(part) {
    await this.again(async (timeout) => {
      const steps = this.page.locator(".completed-response-disclosure").last();
      if ((await steps.getAttribute("open", { timeout })) === null) await steps.locator("summary").click({ timeout });
      await steps.getByText(part).waitFor({ timeout });
    });
  }

  /** The lines of the visible editors. */
  text() {
    return this.page.locator(".editor-instance .view-lines").evaluateAll((all) =>
      all.map((lines) =>
        [...lines.querySelectorAll(".view-line")]
          .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
          .map((line) => line.innerText.replaceAll("\u00a0", " "))
          .join("\n"),
      ),
    );
  }

  async waitForText(part) {
    await this.page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll(".view-lines")].some((lines) =>
          lines.innerText.replaceAll("\u00a0", " ").includes(wanted),
        ),
      part,
    );
  }

  /** Saves the active file, which has been changed. */
  async save() {
    await this.page.waitForSelector(".tab.active.dirty");
    await this.page.locator(".tab.active").click();
    await this.page.keyboard.press("Control+S");
    await this.page.waitForFunction(() => !document.querySelector(".tab.active.dirty"));
  }

  /** Our item in the status bar. */
  standingSelector = '[id="foreword.foreword.foreword.standing"]';

  standing() {
    return this.page.locator(this.standingSelector).innerText();
  }

  /** Waits until the item says something that matches. */
  async waitForStanding(pattern) {
    await this.page.waitForFunction(
      ([source, item]) => new RegExp(source).test(document.querySelector(item)?.innerText ?? ""),
      [pattern, this.standingSelector],
    );
    return this.standing();
  }

  /** The messages that are shown. */
  messages() {
    return this.page.locator(".notifications-toasts .notification-list-item-message").allInnerTexts();
  }

  /** Waits for a message that has this text in it; gives all that are shown. */
  async waitForMessage(part) {
    await this.page.locator(".notifications-toasts .notification-list-item-message", { hasText: part }).first().waitFor();
    return this.messages();
  }

  async shot(path) {
    await this.page.screenshot({ path });
  }
}

/** In a page: what `Workbench.faintTexts` gives. */
function faintTexts() {
  // A mixed colour is told in parts of one, others in parts of 255.
  const scale = (colour) => (colour.startsWith("color(srgb") ? 255 : 1);
  const numbers = (colour) => (colour.replace("srgb", "").match(/[\d.]+/g) ?? []).map(Number);
  const parse = (colour) => numbers(colour).map((part, at) => (at < 3 ? part * scale(colour) : part));
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "var(--vscode-sideBar-background)";
  const behind = parse(getComputedStyle(probe).color);
  probe.remove();
  const backgroundOf = (node) => {
    if (!node) return behind;
    return over(parse(getComputedStyle(node).backgroundColor), backgroundOf(node.parentElement));
  };
  const light = (c) => {
    const v = c / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const found = [];
  for (const node of document.querySelectorAll("h1, h2, h3, h4, h5, p, div, code, span, td, th, li, a, summary, button, strong, em")) {
    const text = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!text || node.disabled || node.closest("[hidden]") || node.closest(".for-screen-readers")) continue;
    const style = getComputedStyle(node);
    const background = backgroundOf(node);
    const [a, b] = [luminance(over(parse(style.color), background)), luminance(background)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    // https://www.w3.org/TR/WCAG22/#contrast-minimum: large is 24 px, or 18.66 px in bold.
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) found.push(`${node.className} ${node.textContent.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return found;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
