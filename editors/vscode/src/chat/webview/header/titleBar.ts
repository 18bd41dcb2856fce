// The title of the chat that is shown, which opens the list of chats, and the button for a new one.

import { button, element } from "../elements/element";
import { icon } from "../elements/icon";
import { t } from "../../../l10n";

export class TitleBar {
  readonly root: HTMLElement;
  private readonly name = element("span", { class: "title-name" });
  private readonly chats: HTMLButtonElement;

  constructor(list: () => void, begin: () => void) {
    this.chats = button({ class: "title", click: list }, this.name, icon("chevron"));
    this.chats.setAttribute("aria-haspopup", "true");
    const fresh = button({ class: "quiet", label: t("New chat"), click: begin }, icon("add"));
    this.root = element("header", { class: "title-bar" }, this.chats, fresh);
    this.title = "";
    this.isListOpen = false;
  }

  set title(written: string) {
    const title = plainTitle(written);
    this.name.textContent = title || t("New chat");
    this.chats.setAttribute("aria-label", t("{0}: list of chats", title || t("New chat")));
  }

  set isListOpen(isOpen: boolean) {
    this.chats.setAttribute("aria-expanded", String(isOpen));
  }

  focus(): void {
    this.chats.focus();
  }
}

/** A title without the marks of code in it. */
export function plainTitle(written: string): string {
  return written.replaceAll("`", "").trim();
}
