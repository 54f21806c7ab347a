// How long comments take from the server until they are seen here, by the
// server's clock: what moderators read beside "Overlay on air".

/** Comparisons of the clocks that are kept: a minute of beats. */
const CLOCKS = 6;

/** Comments between two beats that are counted. */
const MOST = 500;

export class Latency {
  #now;
  /** @type {number[]} ms that the server's clock was ahead, as it looked */ #ahead = [];
  /** @type {number[]} ms */ #taken = [];
  #since = Infinity;
  #delay = 0;

  /** @param {() => number} [now] ms since 1970 */
  constructor(now = () => Date.now()) { this.#now = now; }

  /** A new connection: what is older than this was missed, not slow.
   * @param {number} time ms, the server's @param {number} delay ms that the room lags on purpose */
  greeted(time, delay) {
    this.#ahead = [];
    this.beat(time);
    this.#delay = delay;
    this.#since = time - delay;
  }

  /** @param {number} time ms, the server's */
  beat(time) { this.#ahead = [...this.#ahead, time - this.#now()].slice(-CLOCKS); }

  /** @param {number} ms that the room lags on purpose from now on */
  delayed(ms) { this.#delay = ms; }

  /** A comment is on the screen. @param {number} at ms, when the server took it */
  shown(at) {
    if (at < this.#since || this.#taken.length >= MOST) return;
    // The message that was fastest tells the clocks apart best.
    this.#taken.push(Math.max(0, this.#now() + Math.max(...this.#ahead) - at - this.#delay));
  }

  /** The median since it was asked last, as a beat carries it; nothing when none was shown. */
  tell() {
    const taken = this.#taken.sort((a, b) => a - b);
    this.#taken = [];
    return taken.length > 0 ? { shown_ms: Math.round(taken[taken.length >> 1]) } : {};
  }
}
