// Where a transcript stands: it follows its end until the user scrolls up, and again from when the end is reached.
//
// Where it stands is no sign of what the user wants: what is drawn anew is shorter for a moment, and the editor moves the
// page too. So only what the user does counts: a wheel, a key, a finger, the scroll bar.

import { button } from "../elements/element";
import { icon } from "../elements/icon";
import { t } from "../../../l10n";

/** So near to the end counts as at the end. */
const NEAR_PX = 32;
const UPWARDS: readonly string[] = ["ArrowUp", "PageUp", "Home"];

export class EndFollower {
  readonly button = button({ class: "to-end secondary", label: t("Jump to the end"), click: () => this.jump() }, icon("down"));
  private isFollowing = true;
  private isHeld = false;
  private lastTop = 0;

  constructor(private readonly scroller: HTMLElement) {
    scroller.addEventListener("wheel", ({ deltaY }) => deltaY < 0 && this.leave(), { passive: true });
    scroller.addEventListener("keydown", ({ key }) => UPWARDS.includes(key) && this.leave());
    for (const name of ["pointerdown", "touchstart"]) scroller.addEventListener(name, () => (this.isHeld = true), { passive: true });
    for (const name of ["pointerup", "pointercancel", "touchend"]) {
      scroller.addEventListener(name, () => (this.isHeld = false), { passive: true });
    }
    scroller.addEventListener("scroll", () => this.look(), { passive: true });
    this.show();
  }

  /** To be called when something was drawn. */
  keep(): void {
    if (this.isFollowing) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.show();
  }

  /** Goes to the end, and follows it from now on. */
  jump(): void {
    this.isFollowing = true;
    this.keep();
  }

  private leave(): void {
    const { scrollHeight, clientHeight } = this.scroller;
    if (scrollHeight > clientHeight) this.isFollowing = false;
    this.lastTop = this.scroller.scrollTop;
    this.show();
  }

  private look(): void {
    if (this.isHeld) this.isFollowing = this.isNear;
    else if (this.isNear && !this.isFollowing && this.scroller.scrollTop > this.lastTop) this.isFollowing = true;
    this.lastTop = this.scroller.scrollTop;
    this.show();
  }

  private get isNear(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  private show(): void {
    this.button.hidden = this.isFollowing || this.isNear;
  }
}
