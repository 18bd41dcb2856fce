// The list above the composer: what the @ or the / in front of the cursor can mean. The text keeps the focus; arrows move in
// the list, Enter and Tab choose, Escape closes it.

import type { Suggestion } from "../../messages";
import { button, element } from "../elements/element";
import { t } from "../../../l10n";

/** What is written in front of the cursor: where it begins, and the name as far as it goes. */
export interface Mention {
  mark: "@" | "/";
  start: number;
  query: string;
}

/** The mention that ends at the cursor; a slash command stands at the beginning of the question alone. */
export function mentionAt(text: string, cursor: number): Mention | undefined {
  const before = text.slice(0, cursor);
  const at = /(?:^|\s)@([^\s@]{0,80})$/.exec(before);
  if (at) return { mark: "@", start: cursor - (at[1]?.length ?? 0) - 1, query: at[1] ?? "" };
  const slash = /^\/([a-z]{0,20})$/.exec(before);
  return slash ? { mark: "/", start: 0, query: slash[1] ?? "" } : undefined;
}

/** What can be asked for in one word: how its question begins. It is about the selection, or else the file that is open. */
export const SLASH_COMMANDS: readonly { name: string; detail: string; text: string }[] = [
  { name: "explain", detail: t("what the code does, and why"), text: "Explain this code." },
  { name: "review", detail: t("faults, risks and what is missing"), text: "Review this code: name faults, risks and what is missing." },
  { name: "fix", detail: t("propose an edit that mends it"), text: "Fix what is wrong with this code." },
  { name: "tests", detail: t("propose tests for it"), text: "Write tests for this code." },
  { name: "document", detail: t("propose doc comments for it"), text: "Document this code." },
  { name: "simplify", detail: t("propose a simpler form"), text: "Simplify this code without changing what it does." },
  { name: "rewrite", detail: t("propose another form"), text: "Rewrite this code so that " },
];

interface Item {
  label: string;
  detail: string;
  choose: () => void;
}

export class Suggestions {
  readonly root = element("div", { class: "suggestions menu", role: "listbox", label: t("Suggestions") });
  private items: Item[] = [];
  private active = 0;

  constructor(private readonly text: HTMLTextAreaElement) {
    this.root.id = "suggestions";
    this.text.setAttribute("aria-controls", this.root.id);
    this.close();
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  show(items: Item[]): void {
    this.items = items;
    this.active = 0;
    this.root.hidden = items.length === 0;
    const rows = items.map(({ label, detail, choose }, at) => {
      const row = button(
        { role: "option", tabIndex: -1, click: choose },
        element("span", { class: "path" }, label),
        element("span", { class: "kind" }, detail),
      );
      row.id = `suggestion-${at}`;
      // The text keeps the focus, so that typing goes on.
      row.addEventListener("pointerdown", (event) => event.preventDefault());
      return row;
    });
    this.root.replaceChildren(...rows);
    this.mark();
  }

  close(): void {
    this.show([]);
  }

  /** Whether the list took the key. */
  press(event: KeyboardEvent): boolean {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) this.active = (this.active + step + this.items.length) % this.items.length;
    else if (event.key === "Enter" || event.key === "Tab") this.items[this.active]?.choose();
    else if (event.key === "Escape") this.close();
    else return false;
    this.mark();
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  private mark(): void {
    [...this.root.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === this.active)));
    this.root.children[this.active]?.scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen) this.text.setAttribute("aria-activedescendant", `suggestion-${this.active}`);
    else this.text.removeAttribute("aria-activedescendant");
  }
}

export function itemOf({ label, detail }: Suggestion, choose: () => void): Item {
  return { label, detail, choose };
}
