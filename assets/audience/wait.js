// The remaining wait of a person. The monotonic clock bounds it, so that setting the device's
// clock back does not lengthen it; if that clock stops while the device sleeps, the device's
// own clock ends the wait in time.

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

  /** remaining time in whole ms, 0 when it is over */
  get left() {
    return Math.max(0, Math.ceil(Math.min(this.#until - this.#now(), this.#untilAt - this.#wall())));
  }
}
