// What an empty chat shows: what it is for, and questions to begin with.

import { button, element } from "../elements/element";
import { t } from "../../../l10n";

const QUESTIONS = [
  t("What does this project do, and where does it begin?"),
  t("How are the tests organised, and how do I run them?"),
  t("What changed since the last commit, and what could break?"),
];

export function welcome(suggest: (question: string) => void): HTMLElement {
  const questions = QUESTIONS.map((question) =>
    element("li", {}, button({ class: "suggestion", click: () => suggest(question) }, question)),
  );
  return element(
    "div",
    { class: "welcome" },
    element("h2", {}, t("Ask about this workspace")),
    element("p", {}, t("Answers know the repository as it is now, with unsaved changes. The receipt below each says what it cost.")),
    element("ul", { label: t("Questions to begin with") }, ...questions),
    element("p", { class: "keys" }, keys()),
  );
}

function keys(): string {
  const up = navigator.userAgent.includes("Mac") ? "⌘↑" : "Ctrl+↑";
  return t("Enter sends · Shift+Enter new line · Esc stops · {0} edits the last question · Shift+drop attaches files", up);
}
