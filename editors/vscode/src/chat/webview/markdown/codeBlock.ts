// A block of code with its buttons. While it streams it grows as plain text; it is coloured once, when it is settled.

import { button, element } from "../elements/element";
import { highlighted } from "./highlight";
import { icon } from "../elements/icon";
import { t } from "../../../l10n";

export interface CodeActions {
  copy: (text: string) => void;
  insert: (text: string) => void;
  /** Asks for an edit that brings the code into the file that is open; it is reviewed before anything changes. */
  fit: (code: string) => void;
}

export class CodeBlock {
  readonly root: HTMLElement;
  private readonly body = element("code");
  private code: string;

  constructor(
    code: string,
    private readonly language: string,
    actions: CodeActions,
  ) {
    this.code = code;
    this.body.append(document.createTextNode(code));
    const name = languageName(language) || "text";
    const copy = button({ class: "small", label: t("Copy the code") }, icon("copy"));
    copy.addEventListener("click", () => {
      actions.copy(this.code);
      showDone(copy);
    });
    const insert = { class: "small", label: t("Insert the code at the cursor"), click: () => actions.insert(this.code) };
    const fit = { class: "small", label: t("Apply the code to the open file (asks the model, then shows the change)") };
    const bar = element(
      "div",
      { class: "code-bar" },
      element("span", { class: "language" }, name),
      copy,
      button(insert, icon("insert")),
      button({ ...fit, click: () => actions.fit(this.code) }, icon("apply")),
    );
    const pre = element("pre", { tabIndex: 0, role: "region", label: t("Code, {0}", name) }, this.body);
    this.root = element("div", { class: "code" }, bar, pre);
  }

  /** Grows to `code`; false if that is no growth of what is shown. */
  grow(code: string, language: string): boolean {
    const text = this.body.firstChild;
    if (language !== this.language || !code.startsWith(this.code) || !(text instanceof Text)) return false;
    text.appendData(code.slice(this.code.length));
    this.code = code;
    return true;
  }

  /** Nothing is added any more: colours. */
  settle(): HTMLElement {
    this.body.replaceChildren(...highlighted(this.code, languageName(this.language)));
    return this.root;
  }
}

/** The first word behind the fence; what follows it is for other programs. */
function languageName(written: string): string {
  return /^[^\s,{]*/.exec(written)?.[0] ?? "";
}

const SHOWN_MS = 1_500;

function showDone(pressed: HTMLButtonElement): void {
  pressed.replaceChildren(icon("done"));
  setTimeout(() => pressed.replaceChildren(icon("copy")), SHOWN_MS);
}
