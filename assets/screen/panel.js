// The panel of the second screen: it comes with a movement, goes when nobody moves the
// mouse, and keeps clear of what the overlay shows in its upper corners.

/** ms without a movement until the panel and the pointer go. */
const STILL = 4000;

/** px to the edge, and to what it keeps clear of. */
const AIR = 16;

/** px below which a panel between two cards would be a tower. */
const LEAST = 360;

/** What stands in the upper corners, and all that is in front; see overlay/show.js. */
const CORNERS = '.dm-show-corner > *, .dm-questions:not([hidden])', FRONTS = '.dm-show-slot > *, .dm-questions:not([hidden])';

/** @param {HTMLIFrameElement} overlay fills the screen @param {string} [which] @returns {DOMRect[]} where things stand in front */
export const frontsOf = (overlay, which = FRONTS) => [...(overlay.contentDocument?.querySelectorAll(which) ?? [])].map((node) => node.getBoundingClientRect()).filter(({ height }) => height > 0);

/**
 * Where the panel goes on a screen: beside what stands in the upper corners, or below it.
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

  /** Brings it for a while. */
  show() {
    const root = document.documentElement;
    if (root.classList.contains('still')) this.place();
    root.classList.remove('still');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => root.classList.add('still'), STILL);
  }

  /** Puts it where nothing stands. */
  place() {
    const { from, to, top } = placeOf(innerWidth, frontsOf(this.#overlay, CORNERS));
    const style = { top: `${top}px`, right: `${innerWidth - to}px`, maxWidth: `${to - from}px` };
    if (Object.entries(style).every(([name, value]) => /** @type {any} */ (this.#panel.style)[name] === value)) return;
    Object.assign(this.#panel.style, style);
    this.#moved();
  }
}
