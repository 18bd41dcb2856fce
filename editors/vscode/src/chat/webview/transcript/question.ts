// A question as it was asked, and what went wrong with it, if something did.

import type { Asked } from "../../messages";
import type { Attachment, Message, Remedy } from "../../protocol";
import { attachmentLabel } from "../composer/attachmentLabel";
import { button, element } from "../elements/element";
import { icon } from "../elements/icon";
import { t } from "../../../l10n";

export interface QuestionActions {
  edit: (question: Message) => void;
  retry: (question: Message) => void;
  open: (attachment: Attachment) => void;
  /** Answers what must be decided before the answer goes on. */
  choose: (choice: string) => void;
  remedy: (remedy: Remedy) => void;
}

export function questionView(question: Message, actions: QuestionActions): HTMLElement {
  const edit = { class: "small edit", label: t("Edit this question (what follows is dropped)") };
  const made = element("article", { class: "question", label: t("You asked") });
  made.append(element("div", { class: "question-text" }, question.text));
  const attachments = question.attachments ?? [];
  if (attachments.length > 0) made.append(attachedView(attachments, actions));
  if (question.status !== "pending") made.append(button({ ...edit, click: () => actions.edit(question) }, icon("edit")));
  return made;
}

const REMEDIES: Readonly<Record<Remedy, string>> = { trust: t("Manage Workspace Trust"), key: t("Set API Key") };

/** Why there is no whole answer, and what to do about it; null where there is one, or still may be. */
export function failureView(question: Message, actions: QuestionActions): HTMLElement | null {
  const words = failureOf(question);
  if (words === null) return null;
  const { remedy } = question;
  const remedies = remedy ? [button({ class: "secondary", click: () => actions.remedy(remedy) }, REMEDIES[remedy])] : [];
  const retry = button({ class: "secondary", click: () => actions.retry(question) }, t("Try again"));
  const isFault = question.status === "failed";
  const given = { class: isFault ? "failure" : "failure mild", ...(isFault ? { role: "alert" } : {}) };
  return element("div", given, element("p", {}, words), ...remedies, retry);
}

/** What must be decided before the answer goes on; it stays until it is. The last choice costs and sends nothing. */
export function askedView({ words, choices }: Asked, choose: (choice: string) => void): HTMLElement {
  const buttons = choices.map((choice, at) => {
    const isLast = at === choices.length - 1;
    return button({ class: isLast ? "secondary" : "primary", click: () => choose(choice) }, choice);
  });
  const given = { class: "failure asked", role: "alertdialog", label: t("A question before the answer") };
  return element("div", given, element("p", {}, words), element("div", { class: "choices" }, ...buttons));
}

function failureOf({ status, note }: Message): string | null {
  switch (status) {
    case "failed":
      return note ?? t("There is no answer.");
    case "cancelled":
      return t("Stopped.");
    case "interrupted":
      return note ?? t("The answer broke off.");
    default:
      return null;
  }
}

function attachedView(attachments: readonly Attachment[], actions: QuestionActions): HTMLElement {
  const chips = attachments.map((one) => {
    const label = attachmentLabel(one);
    const open = { class: "chip-name", title: one.uri, label: t("Open {0}", label), click: () => actions.open(one) };
    return element("li", { class: "chip" }, button(open, label));
  });
  return element("ul", { class: "chips", label: t("Attached") }, ...chips);
}
