// Whether an own comment that passed is on the screen: the label of its chip. Pure except for
// the timer that it is given.

/** @typedef {'shown'|'sent'|'sent_unseen'} Word a key of the page's words */

export class Screen {
  /** @type {{state: string, shown_ms?: number}|undefined} */ #air;
  #later;
  /** ms by which the room lags on purpose */ delay = 0;

  /** @param {(fn: () => void, ms: number) => any} [later] */
  constructor(later = (fn, ms) => setTimeout(fn, ms)) {
    this.#later = later;
  }

  /** Sets the server's report about the room's overlays; an older server sends none.
   * @param {{state: string, shown_ms?: number}|undefined} air */
  set(air) {
    this.#air = air;
  }

  /** A comment has passed: reports its state, now and once it has reached the screen. @param
   * {(word: Word) => void} say */
  sent(say) {
    say(this.#air?.state === 'on' ? 'sent' : this.word);
    if (this.#air?.state === 'on') this.#later(() => say(this.word), this.delay + (this.#air.shown_ms ?? 0));
  }

  /** The state of a comment that passed long ago. @returns {Word} */
  get word() {
    if (!this.#air || this.#air.state === 'on') return 'shown';
    return this.#air.state === 'none' ? 'sent_unseen' : 'sent';
  }
}
