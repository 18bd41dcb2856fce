// Where a question is written: text, attachments, and the button that sends it or stops the answer.

import type { AttachWhat, Suggestion } from "../../messages";
import type { Attachment } from "../../protocol";
import { Chips } from "./chips";
import { button, element } from "../elements/element";
import { icon } from "../elements/icon";
import { Menu } from "../elements/menu";
import { itemOf, mentionAt, SLASH_COMMANDS, Suggestions, type Mention } from "./suggestions";
import { t } from "../../../l10n";

export interface Draft {
  text: string;
  attachments: Attachment[];
  /** The id of the question that is written anew. */
  from?: string;
}

export interface ComposerActions {
  send: (draft: Draft) => void;
  stop: () => void;
  attach: (what: AttachWhat) => void;
  /** Asks what an @ with this behind it can mean. */
  complete: (query: string) => void;
  open: (attachment: Attachment) => void;
  chooseModel: () => void;
  /** Asks which folder the chat that begins is about. */
  chooseFolder: () => void;
  /** The draft is another one; it is to outlive the page. */
  keep: (draft: Draft) => void;
}

const CHOICES: readonly [AttachWhat, string][] = [
  ["file", t("Current file")],
  ["selection", t("Selection")],
  ["symbol", t("Symbol…")],
  ["pick", t("File…")],
  ["problems", t("Problems")],
  ["changes", t("Git changes")],
  ["staged", t("Staged changes")],
  ["terminal", t("Terminal selection")],
  ["media", t("Picture or PDF…")],
];

export class Composer {
  readonly root = element("form", { class: "composer", label: t("Ask") });
  private readonly text = element("textarea", { label: t("Your question") });
  private readonly suggestions = new Suggestions(this.text);
  private readonly chips: Chips;
  private readonly editing = element("div", { class: "editing" });
  private readonly sendButton = button({ class: "send", label: t("Send (Enter)") }, icon("send"));
  private readonly stopButton: HTMLButtonElement;
  private readonly modelButton: HTMLButtonElement;
  private readonly folderButton: HTMLButtonElement;
  private from: string | undefined;

  constructor(private readonly actions: ComposerActions) {
    this.chips = new Chips(actions.open, () => this.changed(), () => this.focus());
    this.stopButton = button({ class: "stop", label: t("Stop the answer (Escape)"), click: () => actions.stop() }, icon("stop"));
    this.modelButton = button({ class: "model", click: () => actions.chooseModel() });
    this.folderButton = button({ class: "folder", click: () => actions.chooseFolder() });
    this.tellModel("", "");
    this.sendButton.type = "submit";
    this.text.rows = 1;
    this.about = "";
    this.text.addEventListener("input", () => {
      this.changed();
      this.lookForMention();
    });
    this.text.addEventListener("blur", () => this.suggestions.close());
    this.text.addEventListener("keydown", (event) => this.press(event));
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    const cancel = button({ class: "link", click: () => this.cancelEditing() }, t("Cancel"));
    this.editing.append(`${t("The question is asked anew; what follows it is dropped.")} `, cancel);
    this.root.append(this.editing, element("div", { class: "box" }, this.suggestions.root, this.chips.root, this.text, this.bar()));
    this.draw({ text: "", attachments: [] });
    this.isRunning = false;
  }

  get draft(): Draft {
    const draft = { text: this.text.value, attachments: this.chips.value };
    return this.from === undefined ? draft : { ...draft, from: this.from };
  }

  get isEditing(): boolean {
    return this.from !== undefined;
  }

  get isRunning(): boolean {
    return this.sendButton.hidden;
  }

  /** While an answer is under way, the button stops it. */
  set isRunning(isRunning: boolean) {
    const hadFocus = document.activeElement === this.stopButton || document.activeElement === this.sendButton;
    this.sendButton.hidden = isRunning;
    this.stopButton.hidden = !isRunning;
    if (hadFocus) this.focus();
  }

  show(draft: Draft): void {
    this.draw(draft);
    this.actions.keep(this.draft);
  }

  private draw(draft: Draft): void {
    this.from = draft.from;
    this.editing.hidden = draft.from === undefined;
    this.text.value = draft.text;
    this.chips.value = draft.attachments;
    this.fit();
  }

  attach(attachment: Attachment): void {
    this.chips.add(attachment);
  }

  focus(): void {
    this.text.focus();
  }

  cancelEditing(): void {
    this.show({ text: "", attachments: [] });
    this.focus();
  }

  private bar(): HTMLElement {
    const choices = CHOICES.map(([what, label]) => ({ label, choose: () => this.actions.attach(what) }));
    const menu = new Menu({ class: "quiet", label: t("Attach") }, icon("attach"), choices);
    const space = element("span", { class: "space" });
    return element("div", { class: "composer-bar" }, menu.root, this.modelButton, this.folderButton, space, this.sendButton, this.stopButton);
  }

  /** The folder that the question is about, where that is not clear. */
  set about(folder: string) {
    this.text.placeholder = folder === "" ? t("Ask, or type @ to attach") : t("Ask about {0}, or type @ to attach", folder);
    this.folderButton.hidden = folder === "";
    this.folderButton.textContent = folder;
    this.folderButton.title = t("The folder that this chat is about");
    this.folderButton.setAttribute("aria-label", t("Folder: {0}. Choose another", folder));
  }

  /** Who answers: on the button that chooses another one. */
  tellModel(words: string, title: string): void {
    this.modelButton.hidden = words === "";
    this.modelButton.textContent = words;
    this.modelButton.title = title;
    this.modelButton.setAttribute("aria-label", t("Model: {0}. Choose another", words));
  }

  private press(event: KeyboardEvent): void {
    if (this.suggestions.press(event)) return;
    // While an input method composes a word, Enter takes the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  /** What an @ can mean, if that is still what is written. */
  suggest(query: string, suggestions: readonly Suggestion[]): void {
    const mention = this.mention;
    if (mention?.mark !== "@" || mention.query !== query) return;
    const items = suggestions.map((one) =>
      itemOf(one, () => {
        this.replaceMention("");
        if (one.attachment) this.attach(one.attachment);
        else if (one.what) this.actions.attach(one.what);
      }),
    );
    this.suggestions.show(items);
  }

  private get mention(): Mention | undefined {
    return mentionAt(this.text.value, this.text.selectionEnd);
  }

  private lookForMention(): void {
    const mention = this.mention;
    if (mention?.mark === "@") return this.actions.complete(mention.query);
    const commands = mention ? SLASH_COMMANDS.filter(({ name }) => name.startsWith(mention.query)) : [];
    const items = commands.map(({ name, detail, text }) => ({
      label: `/${name}`,
      detail,
      choose: () => {
        this.replaceMention(text);
        this.actions.attach("here");
      },
    }));
    this.suggestions.show(items);
  }

  private replaceMention(text: string): void {
    const { mention } = this;
    if (!mention) return;
    this.text.setRangeText(text, mention.start, this.text.selectionEnd, "end");
    this.suggestions.close();
    this.changed();
  }

  private submit(): void {
    const draft = this.draft;
    if (draft.text.trim() === "" || this.isRunning) return;
    this.show({ text: "", attachments: [] });
    this.actions.send(draft);
  }

  private changed(): void {
    this.fit();
    this.actions.keep(this.draft);
  }

  private fit(): void {
    this.sendButton.disabled = this.text.value.trim() === "";
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
  }
}
