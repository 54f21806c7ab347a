// Whether reactions rise on the overlay. The code that draws them is loaded with the first
// one.

export class Reactions {
  #root;
  /** @type {import('./rising.js').Rising|null} */ #rising = null;
  #on = true;
  #seen = true;

  /** @param {HTMLElement} root */
  constructor(root) { this.#root = root; }

  /** The room's frames about reactions. */
  handlers = { reactions: (/** @type {any} */ frame) => void this.rise(frame.sums) };

  /** @param {boolean} on as in the overlay's address */
  set(on) {
    this.#on = on;
    if (!on) this.#rising?.clear();
  }

  /** Reactions are drawn only while the page is visible. @param {boolean} seen */
  see(seen) {
    this.#seen = seen;
    if (!seen) this.#rising?.clear();
  }

  /** The number of rising ones. */
  get size() { return this.#rising?.size ?? 0; }

  /** Sizes, styles or fonts have changed. */
  refresh() { this.#rising?.refresh(); }

  /** @param {Record<string, number>} sums by emoji */
  async rise(sums) {
    if (!this.#on || !this.#seen || !sums) return;
    try {
      const { Rising } = await import('./rising.js');
      this.#rising ??= new Rising(this.#root);
    } catch {
      return; // no connection: the next ones try again
    }
    if (this.#on && this.#seen) this.#rising.rise(sums);
  }
}
