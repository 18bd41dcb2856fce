// A receipt in words: one line under the answer, and the rows of the table that it unfolds to.

import { dollars } from "../../../wording";
import type { Receipt } from "../../protocol";

/** Cost, saving, cached share and freshness. */
export function receiptLine(receipt: Receipt): string {
  const { cost, cache, freshness } = receipt;
  const parts = [
    cache.simulated ? `offline, would cost ${dollars(cost.total)}` : dollars(cost.total),
    saving(cost.saved),
    cachedShare(receipt),
    freshnessOf(freshness.deltaFiles.length),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** Name and value; values are for reading only. */
export function receiptRows(receipt: Receipt, provider?: string, model?: string): [string, string][] {
  const { tokens, cost, cache, freshness, latency } = receipt;
  const label = cache.simulated ? " (simulated)" : "";
  const rows: [string, string | false | undefined][] = [
    ["Model", model !== undefined && (provider !== undefined ? `${model}, ${provider}` : model)],
    [`Cost${label}`, `${dollars(cost.total)}, priced as ${cost.pricedAs}`],
    ["Without cache", `${dollars(cost.withoutCache)} (${saving(cost.saved) || "no difference"})`],
    [`Cache${label}`, cache.detail === "" ? cache.verdict : `${cache.verdict}: ${cache.detail}`],
    ["Read from cache", count(tokens.read)],
    ["Written for 5 min", tokens.write5m > 0 && count(tokens.write5m)],
    ["Written for 1 h", tokens.write1h > 0 && count(tokens.write1h)],
    ["Not cached", count(tokens.fresh)],
    ["Answer", count(tokens.output)],
    ["Requests", String(receipt.requests)],
    ["Workspace", freshness.revision.slice(0, 12)],
    ["Anchor", freshness.anchor.slice(0, 12)],
    ["Changed files", freshness.deltaFiles.join("\n") || "nothing"],
    ["First word", latency.firstTokenMs !== null && seconds(latency.firstTokenMs)],
    ["Time", seconds(latency.totalMs)],
  ];
  return rows.filter((row): row is [string, string] => typeof row[1] === "string");
}

/** Less than half of a hundredth of a cent is no difference that is worth a word. */
function saving(saved: number): string {
  if (Math.abs(saved) < 0.00005) return "";
  return saved > 0 ? `saved ${dollars(saved)}` : `${dollars(-saved)} to fill the cache`;
}

function cachedShare({ tokens }: Receipt): string {
  const prompt = tokens.fresh + tokens.write5m + tokens.write1h + tokens.read;
  if (prompt === 0) return "";
  // Rounded down: almost all is not all.
  return `${Math.floor((100 * tokens.read) / prompt)}% cached`;
}

function freshnessOf(nFiles: number): string {
  return nFiles === 0 ? "fresh" : `fresh, ${nFiles} changed ${nFiles === 1 ? "file" : "files"}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function count(tokens: number): string {
  return `${tokens.toLocaleString("en-US")} tokens`;
}
