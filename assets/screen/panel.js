// The panel of the second screen: it appears on a movement, disappears when nobody moves the
// mouse, and stays clear of items in the overlay's upper corners.

/** ms without a movement until the panel and the pointer disappear. */
const STILL = 4000;

/** px to the edge, and to those items. */
const AIR = 16;

/** With fewer px between two cards, a panel would be too narrow and tall. */
const LEAST = 360;

/** Items in the upper corners, and everything in front; see overlay/show.js. */
const CORNERS = '.dm-show-corner > *, .dm-questions:not([hidden])', FRONTS = '.dm-show-slot > *, .dm-questions:not([hidden])';

/** @param {HTMLIFrameElement} overlay fills the screen @param {string} [which] @returns {DOMRect[]} where things stand in front */
export const frontsOf = (overlay, which = FRONTS) => [...(overlay.contentDocument?.querySelectorAll(which) ?? [])].map((node) => node.getBoundingClientRect()).filter(({ height }) => height > 0);

/**
 * The position of the panel on a screen: beside the items in the upper corners, or below them.
 * @param {number} width px of the screen @param {{left: number, right: number, bottom: number}[]} taken
 * @returns {{from: number, to: number, top: number}} the part of the width that it may use, and its upper edge
 */
export function placeOf(width, taken) {
  const [from, to] = taken.reduce(([l, r], at) => (at.left + at.right < width ? [Math.max(l, at.right + AIR), r] : [l, Math.min(r, at.left - AIR)]), [AIR, width - AIR]);
  if (to - from >= LEAST) return { from, to, top: AIR };
  return { from: AIR, to: width - AIR, top: Math.max(...taken.map(({ bottom }) => bottom)) + AIR };
}

export class Panel {
  #panel; #overlay; #moved;
  #timer = 0;

  /** @param {HTMLElement} panel @param {HTMLIFrameElement} overlay fills the screen @param {() => void} moved runs when it has another place */
  constructor(panel, overlay, moved) {
    this.#panel = panel;
    this.#overlay = overlay;
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

  /** Moves it to a free place. */
  place() {
    const { from, to, top } = placeOf(innerWidth, frontsOf(this.#overlay, CORNERS));
    const style = { top: `${top}px`, right: `${innerWidth - to}px`, maxWidth: `${to - from}px` };
    if (Object.entries(style).every(([name, value]) => /** @type {any} */ (this.#panel.style)[name] === value)) return;
    Object.assign(this.#panel.style, style);
    this.#moved();
  }
}
