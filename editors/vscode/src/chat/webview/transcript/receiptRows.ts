// The table that a receipt unfolds to: what its sentence, which the server makes, leaves out.

import type { Receipt } from "../../protocol";
import { t } from "../../../l10n";

/** Name and value; values are for reading only. */
export function receiptRows(receipt: Receipt, provider?: string, model?: string): [string, string][] {
  const { tokens, cost, cache, freshness, latency } = receipt;
  const rows: [string, string | false | undefined][] = [
    [t("Model"), model !== undefined && (provider !== undefined ? `${model}, ${provider}` : model)],
    [t("Prices"), `${cost.pricedAs}, ${cost.prices}${cost.estimated ? t(", estimated") : ""}`],
    [cache.simulated ? t("Cache (simulated)") : t("Cache"), cache.detail],
    [t("Written for 5 min"), tokens.write5m > 0 && count(tokens.write5m)],
    [t("Written for 1 h"), tokens.write1h > 0 && count(tokens.write1h)],
    [t("Answer"), count(tokens.output)],
    [t("Requests"), String(receipt.requests)],
    [t("Workspace"), freshness.revision.slice(0, 12)],
    [t("Anchor"), freshness.anchor.slice(0, 12)],
    [t("Changed files"), freshness.deltaFiles.join("\n") || t("nothing")],
    [t("Unsaved text sent"), freshness.unsaved?.join("\n")],
    [t("Unsaved text left out"), freshness.unsavedLeftOut?.map(({ path, reason }) => `${path} (${reason})`).join("\n")],
    [t("First word"), latency.firstTokenMs !== null && `${(latency.firstTokenMs / 1000).toFixed(1)} s`],
  ];
  return rows.filter((row): row is [string, string] => typeof row[1] === "string" && row[1] !== "");
}

function count(tokens: number): string {
  return t("{0} tokens", tokens.toLocaleString("en-US"));
}
