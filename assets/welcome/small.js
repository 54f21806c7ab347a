// The overlay in miniature: the page that OBS runs, in a frame without its own
// connection, so that it does not count as an overlay. It draws what the console's socket receives.

/** CSS pixels of the canvas; the builder's is larger, for letters readable from afar. */
const WIDTH = 1280;

export class MiniOverlay {
  #frame; #box;

  /** @param {HTMLElement} frame @param {HTMLElement} box that it must fit */
  constructor(frame, box) {
    this.#frame = /** @type {HTMLIFrameElement} */ (frame);
    this.#box = box;
  }

  /** Loads the overlay. It starts as a demonstration, which does not connect, and then pauses. */
  start() {
    this.#frame.addEventListener('load', () => { this.#overlay?.config({ demo: '0' }); this.clear(); });
    new ResizeObserver(() => this.#frame.style.setProperty('transform', `scale(${this.#box.clientWidth / WIDTH})`)).observe(this.#box);
    this.#frame.src = this.#frame.dataset.src ?? '';
  }

  /** @param {any} comment as the socket brings it */
  push(comment) { this.#overlay?.push(comment); }

  /** @param {string[]} ids */
  remove(ids) { this.#overlay?.remove(ids); }

  clear() { this.#overlay?.clear(); }

  /** The overlay's hooks, once it is loaded. @returns {any} */
  get #overlay() { return /** @type {any} */ (this.#frame.contentWindow)?.danmaku; }
}
