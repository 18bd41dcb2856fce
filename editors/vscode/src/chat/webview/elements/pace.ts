// How often the page may draw: once a frame while that is cheap. Where a drawing takes long, as of an endless list on a
// slow machine, the next one waits, so that typing and scrolling are never held up for more than a part of the time.

import type { Schedule } from "../markdown/markdownStream";

const CHEAP_MS = 8;
/** Times that a drawing took, to be left free after it. */
const REST = 3;

export function paced(frame: (run: () => void) => void, wait: (run: () => void, ms: number) => void, now: () => number): Schedule {
  let restMs = 0;
  return (run) => {
    const draw = (): void => {
      const begun = now();
      run();
      const took = now() - begun;
      restMs = took > CHEAP_MS ? took * REST : 0;
    };
    if (restMs > 0) wait(() => frame(draw), restMs);
    else frame(draw);
  };
}
