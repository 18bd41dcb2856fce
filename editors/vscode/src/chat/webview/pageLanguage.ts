// Imported first: the texts of the other modules are in the language that the page was made in.

import { useBundle, type Bundle } from "../../l10n";

useBundle(JSON.parse(document.body.dataset.texts ?? "{}") as Bundle);
