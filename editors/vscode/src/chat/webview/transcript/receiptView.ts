// The receipt under an answer: a line that unfolds into a table.

import type { Receipt } from "../../protocol";
import { details, element } from "../elements/element";
import { receiptRows } from "./receiptRows";

export function receiptView(receipt: Receipt, provider?: string, model?: string): HTMLElement {
  const rows = receiptRows(receipt, provider, model).map(([name, value]) =>
    element("tr", {}, element("th", {}, name), element("td", {}, value)),
  );
  const table = element("table", {}, element("tbody", {}, ...rows));
  const made = details(element("span", { class: "receipt-line" }, receipt.summary), table);
  made.className = "receipt";
  // The last answer's receipt unfolds below the edge of the page.
  made.addEventListener("toggle", () => {
    if (made.open) made.scrollIntoView({ block: "nearest" });
  });
  return made;
}
