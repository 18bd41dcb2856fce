// What an empty chat shows: what it is for, and questions to begin with.

import { button, element } from "../elements/element";

const QUESTIONS = [
  "What does this project do, and where does it begin?",
  "How are the tests organised, and how do I run them?",
  "What changed since the last commit, and what could break?",
];

export function welcome(suggest: (question: string) => void): HTMLElement {
  const questions = QUESTIONS.map((question) =>
    element("li", {}, button({ class: "suggestion", click: () => suggest(question) }, question)),
  );
  return element(
    "div",
    { class: "welcome" },
    element("h2", {}, "Ask about this workspace"),
    element("p", {}, "Answers know the repository as it is now, with unsaved changes. The receipt below each says what it cost."),
    element("ul", { label: "Questions to begin with" }, ...questions),
    element("p", { class: "keys" }, keys()),
  );
}

function keys(): string {
  const up = navigator.userAgent.includes("Mac") ? "⌘↑" : "Ctrl+↑";
  return `Enter sends · Shift+Enter new line · Esc stops · ${up} edits the last question · Shift+drop attaches files`;
}
