// A task that a code action carries, what it lacks, and the question that it is in a chat.

import type { Attachment, Range } from "../chat/protocol";
import { t } from "../l10n";

/** A task as it crosses the wire (`assist/question/task.py`); only what is read here is named. */
export interface Task {
  kind: string;
  uri: string;
  range?: Range;
  symbol?: string;
  instruction?: string;
}

/** The words of an input box. */
export interface Prompt {
  title: string;
  placeHolder: string;
}

/** What to ask for before a task is carried out; undefined if it says enough. */
export function promptOf(task: Task): Prompt | undefined {
  if (task.instruction) return undefined;
  const about = task.symbol ? `\`${task.symbol}\`` : (task.uri.split("/").at(-1) ?? t("this"));
  if (task.kind === "ask") {
    return { title: t("Ask about {0}", about), placeHolder: t("Who calls it, and with what?") };
  }
  if (task.kind === "rewrite") {
    return { title: t("Rewrite {0}", about), placeHolder: t("What should be different?") };
  }
  return undefined;
}

/** The question as its user would write it, with the place of the task attached. */
export function questionOf({ kind, uri, range, symbol, instruction = "" }: Task): { text: string; attachments: Attachment[] } {
  const about = symbol ? `\`${symbol}\`` : range ? "these lines" : "this file";
  const text = kind === "ask" ? instruction : `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${about}`;
  return { text, attachments: [range ? { uri, range } : { uri }] };
}

export function isTask(given: unknown): given is Task {
  return typeof given === "object" && given !== null && "kind" in given && "uri" in given;
}
