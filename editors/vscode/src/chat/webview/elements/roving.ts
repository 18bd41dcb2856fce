// One stop of the Tab key for a row or a list: the arrow keys, Home and End move within it.

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Makes the elements that match `selector` below `root`, now and later, such a list. */
export class Roving {
  constructor(
    private readonly root: HTMLElement,
    private readonly selector: string,
  ) {
    root.addEventListener("keydown", (event) => this.move(event));
    root.addEventListener("focusin", (event) => this.hold(event.target as HTMLElement));
  }

  /** To be called after elements came or went. */
  refresh(): void {
    const stops = this.stops();
    const held = stops.find((stop) => stop.tabIndex === 0) ?? stops[0];
    for (const stop of stops) stop.tabIndex = stop === held ? 0 : -1;
  }

  /** Puts the focus on one of them; false if there is none. */
  focus(index: number): boolean {
    const stops = this.stops();
    const stop = stops[Math.min(Math.max(index, 0), stops.length - 1)];
    stop?.focus();
    return stop !== undefined;
  }

  indexOf(stop: HTMLElement): number {
    return this.stops().indexOf(stop);
  }

  private stops(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(this.selector)];
  }

  private hold(focused: HTMLElement): void {
    const stops = this.stops();
    if (!stops.includes(focused)) return;
    for (const stop of stops) stop.tabIndex = stop === focused ? 0 : -1;
  }

  private move(event: KeyboardEvent): void {
    const stops = this.stops();
    const at = stops.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const step = STEPS[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? stops.length - 1 : step === undefined ? null : at + step;
    if (to === null) return;
    event.preventDefault();
    this.focus(to);
  }
}
