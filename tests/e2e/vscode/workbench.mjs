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

  #note(problem) {
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
    await this.page.goto(`http://${address}/?${query}`, { waitUntil: "domcontentloaded" });
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

  /** What a key runs, as the editor of keyboard shortcuts lists it; one of the commands is `title`. */
  async boundTo(key, title) {
    await this.page.locator(".keybindings-editor .keybindings-header").locator("input, textarea").first().fill(`"${key}"`);
    await this.page.waitForFunction((wanted) => {
      const all = [...document.querySelectorAll(".keybindings-editor .monaco-list-row")];
      return all.length < 10 && all.some((row) => row.innerText.includes(wanted));
    }, title);
    return this.page.locator(".keybindings-editor .monaco-list-row").allInnerTexts();
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

  /** The text of our item in the status bar. */
  standing() {
    return this.page.locator('[id="foreword.foreword.foreword.standing"]').innerText();
  }

  /** Waits until the item says something that matches. */
  async waitForStanding(pattern) {
    await this.page.waitForFunction(
      ([source]) =>
        new RegExp(source).test(document.querySelector('[id="foreword.foreword.foreword.standing"]')?.innerText ?? ""),
      [pattern],
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

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
