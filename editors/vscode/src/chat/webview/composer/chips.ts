// What is attached to the next question: chips that open their file, and that Delete or their cross removes.

import type { Attachment } from "../../protocol";
import { attachmentLabel, isSame } from "./attachmentLabel";
import { button, element } from "../elements/element";
import { icon } from "../elements/icon";
import { Roving } from "../elements/roving";
import { t } from "../../../l10n";

export class Chips {
  readonly root = element("ul", { class: "chips", label: t("Attached to the next question") });
  private readonly roving = new Roving(this.root, ".chip-name");
  private attachments: Attachment[] = [];

  constructor(
    private readonly open: (attachment: Attachment) => void,
    private readonly changed: () => void,
    /** Where the focus goes when the last chip is gone. */
    private readonly leave: () => void,
  ) {
    this.root.addEventListener("keydown", (event) => this.press(event));
    this.draw();
  }

  get value(): Attachment[] {
    return this.attachments;
  }

  set value(attachments: Attachment[]) {
    this.attachments = [...attachments];
    this.draw();
  }

  add(attachment: Attachment): void {
    if (this.attachments.some((one) => isSame(one, attachment))) return;
    this.value = [...this.attachments, attachment];
    this.changed();
  }

  private remove(index: number): void {
    this.value = this.attachments.filter((_, at) => at !== index);
    this.changed();
    if (!this.roving.focus(index)) this.leave();
  }

  private press(event: KeyboardEvent): void {
    if (event.key !== "Delete" && event.key !== "Backspace") return;
    const at = this.roving.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    event.preventDefault();
    this.remove(at);
  }

  private draw(): void {
    this.root.replaceChildren(...this.attachments.map((attachment, at) => this.chip(attachment, at)));
    this.root.hidden = this.attachments.length === 0;
    this.roving.refresh();
  }

  private chip(attachment: Attachment, at: number): HTMLElement {
    const label = attachmentLabel(attachment);
    const name = button({ class: "chip-name", title: attachment.uri, click: () => this.open(attachment) }, label);
    name.setAttribute("aria-label", t("{0}, attached; Delete removes it", label));
    const cross = button({ class: "chip-cross", label: t("Remove {0}", label), click: () => this.remove(at) }, icon("close"));
    cross.tabIndex = -1;
    return element("li", { class: "chip" }, name, cross);
  }
}
