// The table that a receipt unfolds to: what its sentence, which the server makes, leaves out.

import type { Receipt } from "../../protocol";

/** Name and value; values are for reading only. */
export function receiptRows(receipt: Receipt, provider?: string, model?: string): [string, string][] {
  const { tokens, cost, cache, freshness, latency } = receipt;
  const rows: [string, string | false | undefined][] = [
    ["Model", model !== undefined && (provider !== undefined ? `${model}, ${provider}` : model)],
    ["Prices", `${cost.pricedAs}, ${cost.prices}${cost.estimated ? ", estimated" : ""}`],
    [cache.simulated ? "Cache (simulated)" : "Cache", cache.detail],
    ["Written for 5 min", tokens.write5m > 0 && count(tokens.write5m)],
    ["Written for 1 h", tokens.write1h > 0 && count(tokens.write1h)],
    ["Answer", count(tokens.output)],
    ["Requests", String(receipt.requests)],
    ["Workspace", freshness.revision.slice(0, 12)],
    ["Anchor", freshness.anchor.slice(0, 12)],
    ["Changed files", freshness.deltaFiles.join("\n") || "nothing"],
    ["Unsaved text sent", freshness.unsaved?.join("\n")],
    ["Unsaved text left out", freshness.unsavedLeftOut?.map(({ path, reason }) => `${path} (${reason})`).join("\n")],
    ["First word", latency.firstTokenMs !== null && `${(latency.firstTokenMs / 1000).toFixed(1)} s`],
  ];
  return rows.filter((row): row is [string, string] => typeof row[1] === "string" && row[1] !== "");
}

function count(tokens: number): string {
  return `${tokens.toLocaleString("en-US")} tokens`;
}
