// The icons of the page, as outlines on a grid of 16; a screen reader gets the label of the button around them.

const PATHS = {
  add: "M8 3v10M3 8h10",
  apply: "M9.500 2.500H4v11h8V5zM9.500 2.500V5H12M8 6.500v3M6.500 8h3M6.500 11.500h3",
  attach: "M11 5v5.5a3 3 0 0 1-6 0V4.5a2 2 0 0 1 4 0v5.5a1 1 0 0 1-2 0V5.5",
  chevron: "M4 6l4 4 4-4",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  down: "M8 3v9.500M4 9l4 4 4-4",
  done: "M3 8.5l3.2 3.2L13 5",
  edit: "M3 13l.7-3L10.5 3.200 12.800 5.500 6 12.300z",
  export: "M8 10V3M5 6l3-3 3 3M3 10v3h10v-3",
  insert: "M3 4h10M3 12h10M3 8h6M13 6v4M11.500 8h3",
  retry: "M12.500 6A5 5 0 1 0 13 9M13 3v3.200h-3.200",
  send: "M8 13V3.500M4 7l4-4 4 4",
  stop: "M4.500 4.500h7v7h-7z",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
