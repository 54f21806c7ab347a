// Bundles a person's taps: one frame for all taps within a moment. Pure except for the timer
// and the clock that it is given.

/** ms for which taps are collected. */
export const GATHER = 300;

/** The server's limits for one person: a burst, and a rate per second. */
const BURST = 20;
const RATE = 5;

export class Taps {
  #send; #later; #now;
  /** @type {Record<string, number>} */ #taps = {};
  #waiting = false;
  #left = BURST;
  #at;

  /**
   * @param {(taps: Record<string, number>) => void} send
   * @param {(fn: () => void, ms: number) => any} [later]
   * @param {() => number} [now] ms
   */
  constructor(send, later = (fn, ms) => setTimeout(fn, ms), now = () => performance.now()) {
    this.#send = send;
    this.#later = later;
    this.#now = now;
    this.#at = now();
  }

  /** @param {string} emoji @returns {boolean} whether it counts */
  tap(emoji) {
    const now = this.#now();
    this.#left = Math.min(BURST, this.#left + (now - this.#at) / 1000 * RATE);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    this.#taps[emoji] = (this.#taps[emoji] ?? 0) + 1;
    if (!this.#waiting) {
      this.#waiting = true;
      this.#later(() => this.#flush(), GATHER);
    }
    return true;
  }

  #flush() {
    const taps = this.#taps;
    this.#taps = {};
    this.#waiting = false;
    this.#send(taps);
  }
}
