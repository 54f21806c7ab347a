// How long a person still has to wait. The monotonic clock bounds it, so that a
// device's clock that is set back makes no wait longer; where that clock stands
// still while the device sleeps, the device's own ends the wait in time.

export class Wait {
  #now; #wall;
  #until = 0;
  #untilAt = 0;

  /** @param {() => number} [now] ms, monotonic @param {() => number} [wall] ms since 1970 */
  constructor(now = () => performance.now(), wall = () => Date.now()) {
    this.#now = now;
    this.#wall = wall;
  }

  /** @param {number} ms from now on; 0 ends it */
  start(ms) {
    this.#until = ms > 0 ? this.#now() + ms : -Infinity;
    this.#untilAt = this.#wall() + ms;
  }

  /** whole ms that are left, 0 when it is over */
  get left() {
    return Math.max(0, Math.ceil(Math.min(this.#until - this.#now(), this.#untilAt - this.#wall())));
  }
}
