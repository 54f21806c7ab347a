// Scrolling of the list on a phone: it stays at its end unless the person scrolls up, and
// nothing moves while the person reads further up. Then a button shows how many rows came
// below.

/** px from the end within which the list counts as being there. */
const NEAR = 48;

export class ListScroll {
  #list; #fresh; #words;
  /** @type {Set<unknown>} rows that came while the person reads further up */ #unseen = new Set();
  #atEnd = true;
  #height = 0;

  /**
   * @param {HTMLElement} list
   * @param {HTMLButtonElement} fresh the "12 new" button
   * @param {import('../shared/i18n.js').Words} words
   */
  constructor(list, fresh, words) {
    this.#list = list;
    this.#fresh = fresh;
    this.#words = words;
    fresh.addEventListener('click', () => this.toEnd());
    list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // The keyboard, a banner and the strip reduce the list's height.
    new ResizeObserver(() => this.#resized()).observe(list);
  }

  get atEnd() { return this.#atEnd; }

  /** A row was added at the end. @param {unknown} row */
  added(row) {
    if (!this.#atEnd) this.#unseen.add(row);
    this.draw();
  }

  /** A row was removed. @param {unknown} row */
  removed(row) { if (this.#unseen.delete(row)) this.draw(); }

  /** Draws the button, in the language of the page. */
  draw() {
    const n = this.#unseen.size;
    this.#fresh.hidden = n === 0;
    /** @type {HTMLElement} */ (this.#fresh.firstElementChild).textContent = this.#words.t('new', { n });
  }

  toEnd() {
    this.#atEnd = true;
    this.#seen();
    this.stick();
  }

  /** Keeps a list that is at its end there. */
  stick() {
    this.#height = this.#list.clientHeight;
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /**
   * Changes the list and keeps the row that is being read in its place. Safari does not do
   * that by itself, so this uses no browser's overflow-anchor.
   * @param {() => void} change
   */
  still(change) {
    if (this.#atEnd) {
      change();
      return this.stick();
    }
    const top = (/** @type {Element} */ node) => node.getBoundingClientRect().top;
    const edge = top(this.#list);
    const read = [...this.#list.children].filter((node) => node.getBoundingClientRect().bottom > edge).map((node) => ({ node, was: top(node) }));
    change();
    const kept = read.find(({ node }) => node.isConnected);
    if (kept) this.#list.scrollTop += top(kept.node) - kept.was;
    // The rest may be short enough to end here, and then no scroll event comes.
    this.#scrolled();
  }

  #seen() {
    this.#unseen.clear();
    this.draw();
  }

  /** The list's height has changed: keep the person's position. */
  #resized() {
    this.#height = this.#list.clientHeight;
    const { scrollHeight, clientHeight } = this.#list;
    if (this.#atEnd || scrollHeight - clientHeight < NEAR) this.toEnd();
  }

  #scrolled() {
    // A scroll of ours whose event comes after the keyboard opened does not leave the end.
    if (this.#list.clientHeight !== this.#height) return this.#resized();
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#atEnd && this.#unseen.size > 0) this.#seen();
  }
}
