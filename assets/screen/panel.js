// The panel of the second screen: it appears on a movement, disappears when nobody moves the
// mouse, and stays clear of items in the overlay's upper corners.

/** ms without a movement until the panel and the pointer disappear. */
const STILL = 4000;

/** px to the edge, and to those items. */
export const AIR = 16;

/** With fewer px between two cards, a panel would be too narrow and tall. */
const LEAST = 360;

/** Items in the upper corners, and everything in front; see overlay/show.js. */
const CORNERS = '.dm-show-corner > *, .dm-questions:not([hidden])', FRONTS = '.dm-show-slot > *, .dm-questions:not([hidden])';

/** @param {HTMLIFrameElement} overlay fills the screen @param {string} [which] @returns {DOMRect[]} where things stand in front */
export const frontsOf = (overlay, which = FRONTS) => [...(overlay.contentDocument?.querySelectorAll(which) ?? [])].map((node) => node.getBoundingClientRect()).filter(({ height }) => height > 0);

/** @typedef {{from: number, to: number, top: number}} Place the part of the width that the panel may use, and its upper edge */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/**
 * The positions of the panel on a screen, best first: beside the items in the upper corners,
 * below them, or below them beside the card with the codes. At the upper edge, the last,
 * it may cover items but not the card, which leaves room for it there.
 * @param {number} width px of the screen @param {{left: number, right: number, bottom: number}[]} taken
 * @param {{right: number} | null} [card] the card with the codes in its corner
 * @returns {Place[]}
 */
export function placesOf(width, taken, card = null) {
  const whole = { from: AIR, to: width - AIR, top: AIR };
  const [from, to] = taken.reduce(([l, r], at) => (at.left + at.right < width ? [Math.max(l, at.right + AIR), r] : [l, Math.min(r, at.left - AIR)]), [AIR, width - AIR]);
  const below = { ...whole, top: Math.max(0, ...taken.map(({ bottom }) => bottom)) + AIR };
  const beside = card && { ...below, from: card.right + AIR };
  return [{ from, to, top: AIR }, below, ...(beside ? [beside] : []), whole].filter((place) => place.to - place.from >= Math.min(LEAST, width - 2 * AIR));
}

/** Whether two boxes share a pixel. @param {Box} a @param {Box} b */
const meet = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

export class Panel {
  #panel; #overlay; #card; #moved;
  #timer = 0;

  /** @param {HTMLElement} panel @param {HTMLIFrameElement} overlay fills the screen @param {HTMLElement} card with the codes @param {() => void} moved runs when it has another place */
  constructor(panel, overlay, card, moved) {
    this.#panel = panel;
    this.#overlay = overlay;
    this.#card = card;
    this.#moved = moved;
    for (const name of ['pointermove', 'pointerdown', 'keydown']) addEventListener(name, () => this.show());
  }

  /** Shows it for a while. */
  show() {
    const root = document.documentElement;
    if (root.classList.contains('still')) this.place();
    root.classList.remove('still');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => root.classList.add('still'), STILL);
  }

  /** Its height at the upper edge with the screen's whole width. */
  get height() {
    const { style } = this.#panel;
    const before = style.cssText;
    this.#put(placesOf(innerWidth, [])[0]);
    const { height } = this.#panel.getBoundingClientRect();
    style.cssText = before;
    return height;
  }

  /** @param {Place} place */
  #put({ from, to, top }) {
    Object.assign(this.#panel.style, { top: `${top}px`, right: `${innerWidth - to}px`, maxWidth: `${to - from}px` });
    return this.#panel.getBoundingClientRect();
  }

  /** Moves it to the first place where it is whole and does not cover the codes. */
  place() {
    const { style } = this.#panel;
    const before = style.cssText;
    const card = this.#card.hidden || this.#card.classList.contains('large') ? null : this.#card.getBoundingClientRect();
    for (const place of placesOf(innerWidth, frontsOf(this.#overlay, CORNERS), card)) {
      const box = this.#put(place);
      if (box.bottom <= innerHeight && !(card && meet(box, card))) break;
    }
    if (style.cssText !== before) this.#moved();
  }
}
