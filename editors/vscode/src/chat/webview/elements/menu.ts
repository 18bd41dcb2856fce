// A menu below or above its button: arrows move, Enter chooses, Escape closes.

import { button, element, type Given } from "./element";
import { Roving } from "./roving";

export interface Choice {
  label: string;
  choose: () => void;
}

export class Menu {
  readonly root = element("div", { class: "menu-place" });
  readonly button: HTMLButtonElement;
  private readonly list = element("div", { class: "menu", role: "menu" });
  private readonly roving = new Roving(this.list, "button");

  constructor(given: Given, face: Node, choices: readonly Choice[]) {
    this.button = button({ ...given, click: () => (this.isOpen ? this.close() : this.open()) }, face);
    this.button.setAttribute("aria-haspopup", "menu");
    this.list.setAttribute("aria-label", given.label ?? "");
    this.list.append(...choices.map((choice) => this.item(choice)));
    this.root.append(this.button, this.list);
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.isOpen) return;
      event.stopPropagation();
      this.close();
      this.button.focus();
    });
    this.root.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.root.contains(relatedTarget)) this.close();
    });
    this.close();
  }

  private get isOpen(): boolean {
    return !this.list.hidden;
  }

  private open(): void {
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.roving.refresh();
    this.roving.focus(0);
  }

  private close(): void {
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  private item({ label, choose }: Choice): HTMLButtonElement {
    const pick = (): void => {
      this.close();
      this.button.focus();
      choose();
    };
    return button({ role: "menuitem", click: pick }, label);
  }
}
