// Whether an own comment that was let through is on the screen: what its chip says.
// Pure but for the timer that it is given.

/** @typedef {'shown'|'sent'|'sent_unseen'} Word a key of the page's words */

export class Screen {
  /** @type {{state: string, shown_ms?: number}|undefined} */ #air;
  #later;
  /** ms by which the room lags on purpose */ delay = 0;

  /** @param {(fn: () => void, ms: number) => any} [later] */
  constructor(later = (fn, ms) => setTimeout(fn, ms)) {
    this.#later = later;
  }

  /** What the server says of the room's overlays; a server from before that says nothing.
   * @param {{state: string, shown_ms?: number}|undefined} air */
  set(air) {
    this.#air = air;
  }

  /** A comment was let through: says what is true of it, now and once it has reached
   * the screen. @param {(word: Word) => void} say */
  sent(say) {
    say(this.#air?.state === 'on' ? 'sent' : this.word);
    if (this.#air?.state === 'on') this.#later(() => say(this.word), this.delay + (this.#air.shown_ms ?? 0));
  }

  /** What is true of a comment that was let through long ago. @returns {Word} */
  get word() {
    if (!this.#air || this.#air.state === 'on') return 'shown';
    return this.#air.state === 'none' ? 'sent_unseen' : 'sent';
  }
}
