// What the server's clock says. The device's own clock is only good for showing
// a time to a person: it may be wrong, and it may be set while the page stands.

/** Readings that are kept: a minute of beats. */
const READINGS = 6;

export class ServerClock {
  #now;
  /** @type {number[]} ms from this page's clock to the server's, as each message had it */ #ahead = [];

  /** @param {() => number} [now] ms, monotonic: it is not set when the device's clock is */
  constructor(now = () => performance.now()) { this.#now = now; }

  /** Forgets earlier readings: the connection is new, and so may be the server's time.
   * @param {number} time ms since 1970, the server's right now */
  reset(time) {
    this.#ahead = [];
    this.sync(time);
  }

  /** @param {number} time ms since 1970, as a message that has just come says */
  sync(time) {
    if (Number.isFinite(time)) this.#ahead = [...this.#ahead, time - this.#now()].slice(-READINGS);
  }

  /** Whether the server has said its time yet. */
  get known() { return this.#ahead.length > 0; }

  /** ms since 1970 by the server's clock; that of the device while the server has not said its own. */
  get now() {
    // The message that travelled fastest compares the clocks best.
    return this.known ? this.#now() + Math.max(...this.#ahead) : Date.now();
  }

  /** A time of the server's as this device's clock would have it, to be shown to a person now.
   * @param {number} at ms since 1970, 0: none @returns {number} ms since 1970, 0: none */
  local(at) { return at > 0 ? at - this.now + Date.now() : 0; }
}
