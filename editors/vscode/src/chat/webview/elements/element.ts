// Making elements. Text is always given as text: nothing here, or anywhere in the page, parses HTML.

export interface Given {
  class?: string;
  /** For screen readers, where the content does not say it. */
  label?: string;
  title?: string;
  role?: string;
  tabIndex?: number;
  /** What happens on a click, or on Enter and Space where the element can be pressed. */
  click?: (event: MouseEvent) => void;
}

type Child = Node | string;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  given: Given = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (given.class !== undefined) made.className = given.class;
  if (given.label !== undefined) made.setAttribute("aria-label", given.label);
  if (given.title !== undefined) made.title = given.title;
  if (given.role !== undefined) made.setAttribute("role", given.role);
  if (given.tabIndex !== undefined) made.tabIndex = given.tabIndex;
  if (given.click) made.addEventListener("click", given.click as EventListener);
  made.append(...children);
  return made;
}

export function button(given: Given, ...children: Child[]): HTMLButtonElement {
  const made = element("button", given, ...children);
  made.type = "button";
  if (given.label !== undefined && given.title === undefined) made.title = given.label;
  return made;
}

export function details(summary: Child, ...children: Child[]): HTMLDetailsElement {
  return element("details", {}, element("summary", {}, summary), ...children);
}
