// Tracks whether a mouse points at an element. WebKit sends no leave event if the element
// under the mouse was replaced before the mouse moved on. So this listens to the
// page, not to the element: the next move shows where the mouse is.

export class Hover {
  #over = false;
  #changed;

  /** @param {Element} element @param {() => void} changed `over` is another one now */
  constructor(element, changed) {
    this.#changed = changed;
    const doc = element.ownerDocument;
    for (const kind of /** @type {const} */ (['pointerover', 'pointermove'])) {
      doc.addEventListener(kind, (event) => {
        // Only a mouse hovers; a finger that has left the glass does not hold the state.
        if (event.pointerType === 'mouse') this.#set(element.contains(/** @type {Node} */ (event.target)));
      }, { capture: true, passive: true });
    }
    // The mouse left the window.
    doc.addEventListener('pointerout', (event) => { if (!event.relatedTarget) this.#set(false); }, { capture: true, passive: true });
    doc.documentElement.addEventListener('pointerleave', () => this.#set(false));
  }

  get over() { return this.#over; }

  /** Counts as outside until the mouse moves. */
  forget() { this.#set(false); }

  /** @param {boolean} over */
  #set(over) {
    if (over === this.#over) return;
    this.#over = over;
    this.#changed();
  }
}
