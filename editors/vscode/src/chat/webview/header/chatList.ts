// The chats of the workspace, newest first, in a panel below the title.

import type { ListedChat } from "../../protocol";
import { button, element } from "../elements/element";
import { plainTitle } from "./titleBar";
import { Roving } from "../elements/roving";

export class ChatList {
  readonly root = element("nav", { class: "chat-list", label: "Chats" });
  private readonly list = element("ul");
  private readonly roving = new Roving(this.list, "button");

  constructor(
    private readonly open: (chatId: string) => void,
    private readonly closed: () => void,
  ) {
    this.root.append(this.list);
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    this.root.hidden = true;
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  show(chats: readonly ListedChat[], shownId: string | null): void {
    const items = chats.map((chat) => this.item(chat, chat.chatId === shownId));
    this.list.replaceChildren(...items);
    if (items.length === 0) this.list.append(element("li", { class: "none" }, "No chats yet"));
    this.root.hidden = false;
    this.roving.refresh();
    this.roving.focus(chats.findIndex((chat) => chat.chatId === shownId));
  }

  close(): void {
    this.root.hidden = true;
    this.closed();
  }

  private item(chat: ListedChat, isShown: boolean): HTMLElement {
    const choose = (): void => {
      this.close();
      this.open(chat.chatId);
    };
    const title = element("span", { class: "chat-title" }, plainTitle(chat.title) || "Untitled");
    const made = button({ click: choose }, title, element("span", { class: "chat-time" }, timeOf(chat.at)));
    if (isShown) made.setAttribute("aria-current", "true");
    return element("li", {}, made);
  }
}

/** The time of today, the day of other days. */
function timeOf(at: string | null): string {
  if (at === null) return "";
  const time = new Date(at);
  const isToday = time.toDateString() === new Date().toDateString();
  const style: Intl.DateTimeFormatOptions = isToday ? { timeStyle: "short" } : { dateStyle: "medium" };
  return new Intl.DateTimeFormat(undefined, style).format(time);
}
