// The user's language: texts are written in English where they are used, and looked up in the bundle of the language that
// the editor is in (`l10n/`). What the server says is not among them.

/** English texts, and what they are in another language. */
export type Bundle = Readonly<Record<string, string>>;

let bundle: Bundle = {};

/** Must be called before the modules are loaded whose constants are texts. */
export function useBundle(given: Bundle): void {
  bundle = given;
}

/** A text in the user's language; `{0}` and so on stand for the values. */
export function t(message: string, ...values: readonly (string | number)[]): string {
  return (bundle[message] ?? message).replace(/\{(\d+)\}/g, (whole, at) => String(values[Number(at)] ?? whole));
}
