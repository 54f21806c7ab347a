// Estimates the server's clock. The device's own clock is only good for showing
// a time to a person: it may be wrong, and it may be changed while the page is open.

/** The most readings kept: a minute of heartbeats. */
const READINGS = 6;

export class ServerClock {
  #now;
  /** @type {number[]} ms from this page's clock to the server's, as each message had it */ #ahead = [];

  /** @param {() => number} [now] ms, monotonic: it is not set when the device's clock is */
  constructor(now = () => performance.now()) { this.#now = now; }

  /** Forgets earlier readings: on a new connection the server's time may be new, too.
   * @param {number} time ms since 1970, the server's right now */
  reset(time) {
    this.#ahead = [];
    this.sync(time);
  }

  /** @param {number} time ms since 1970, from a message that has just arrived */
  sync(time) {
    if (Number.isFinite(time)) this.#ahead = [...this.#ahead, time - this.#now()].slice(-READINGS);
  }

  /** Whether the server has sent its time yet. */
  get known() { return this.#ahead.length > 0; }

  /** ms since 1970 by the server's clock; the device's until the server has sent its own. */
  get now() {
    // The message that travelled fastest gives the best estimate.
    return this.known ? this.#now() + Math.max(...this.#ahead) : Date.now();
  }

  /** Converts a time of the server's clock to this device's clock, for display.
   * @param {number} at ms since 1970, 0: none @returns {number} ms since 1970, 0: none */
  local(at) { return at > 0 ? at - this.now + Date.now() : 0; }
}
