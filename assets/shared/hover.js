// Whether a mouse points at an element. WebKit sends no leave event when what was
// under the mouse has been replaced before the mouse moved on, so it is not the
// element that is listened to but the page: wherever the mouse is, is known with
// its next move.

export class Hover {
  #over = false;
  #changed;

  /** @param {Element} element @param {() => void} changed `over` is another one now */
  constructor(element, changed) {
    this.#changed = changed;
    const doc = element.ownerDocument;
    for (const kind of /** @type {const} */ (['pointerover', 'pointermove'])) {
      doc.addEventListener(kind, (event) => {
        // Only a mouse hovers; a finger that has left the glass holds nothing.
        if (event.pointerType === 'mouse') this.#set(element.contains(/** @type {Node} */ (event.target)));
      }, { capture: true, passive: true });
    }
    // Out of the window.
    doc.addEventListener('pointerout', (event) => { if (!event.relatedTarget) this.#set(false); }, { capture: true, passive: true });
    doc.documentElement.addEventListener('pointerleave', () => this.#set(false));
  }

  get over() { return this.#over; }

  /** Counts as elsewhere until the mouse moves. */
  forget() { this.#set(false); }

  /** @param {boolean} over */
  #set(over) {
    if (over === this.#over) return;
    this.#over = over;
    this.#changed();
  }
}
