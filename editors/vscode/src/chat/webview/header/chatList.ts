// The chats of the workspace, newest first, in a panel below the title.

import type { ListedChat } from "../../protocol";
import { button, element } from "../elements/element";
import { icon, type IconName } from "../elements/icon";
import { plainTitle } from "./titleBar";
import { Roving } from "../elements/roving";
import { t } from "../../../l10n";

export type ManageWhat = "rename" | "delete" | "export";

const MANAGED: readonly [ManageWhat, string, IconName][] = [
  ["rename", t("Rename"), "edit"],
  ["export", t("Export as Markdown"), "export"],
  ["delete", t("Delete"), "close"],
];

export class ChatList {
  readonly root = element("nav", { class: "chat-list", label: t("Chats") });
  private readonly list = element("ul");
  private readonly search = element("input", { class: "chat-search", label: t("Search the chats") });
  private readonly roving = new Roving(this.list, "li:not([hidden]) > .chat-open");

  constructor(
    private readonly open: (chatId: string) => void,
    private readonly closed: () => void,
    private readonly manage: (what: ManageWhat, chat: ListedChat) => void,
  ) {
    this.search.type = "search";
    this.search.placeholder = t("Search");
    this.search.addEventListener("input", () => this.filter());
    this.root.append(this.search, this.list);
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
    if (items.length === 0) this.list.append(element("li", { class: "none" }, t("No chats yet")));
    this.root.hidden = false;
    this.filter();
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
    const title = element("span", { class: "chat-title" }, plainTitle(chat.title) || t("Untitled"));
    const made = button({ class: "chat-open", click: choose }, title, element("span", { class: "chat-time" }, timeOf(chat.at)));
    if (isShown) made.setAttribute("aria-current", "true");
    // One stop of the Tab key a list: the keys are those of the editor's own lists.
    made.addEventListener("keydown", ({ key }) => {
      if (key === "F2") this.manage("rename", chat);
      if (key === "Delete") this.manage("delete", chat);
    });
    const name = plainTitle(chat.title) || t("Untitled");
    const does = ([what, label, face]: (typeof MANAGED)[number]): HTMLButtonElement =>
      button({ class: "small", label: `${label} ${name}`, tabIndex: -1, click: () => this.manage(what, chat) }, icon(face));
    return element("li", {}, made, ...MANAGED.map(does));
  }

  /** Shows the chats whose titles have what is searched. */
  private filter(): void {
    const wanted = this.search.value.trim().toLowerCase();
    for (const row of this.list.children) {
      (row as HTMLElement).hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
    }
    this.roving.refresh();
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
