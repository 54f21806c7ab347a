// Whether reactions rise on the overlay. What draws them is loaded with the first.

export class Reactions {
  #root;
  /** @type {import('./rising.js').Rising|null} */ #rising = null;
  #on = true;
  #seen = true;

  /** @param {HTMLElement} root */
  constructor(root) { this.#root = root; }

  /** What the room tells. */
  handlers = { reactions: (/** @type {any} */ frame) => void this.rise(frame.sums) };

  /** @param {boolean} on as the overlay's address says */
  set(on) {
    this.#on = on;
    if (!on) this.#rising?.clear();
  }

  /** Reactions are drawn only while the page is seen. @param {boolean} seen */
  see(seen) {
    this.#seen = seen;
    if (!seen) this.#rising?.clear();
  }

  /** How many rise now. */
  get size() { return this.#rising?.size ?? 0; }

  /** Sizes, styles or letters are others. */
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
