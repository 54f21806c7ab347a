// How long comments take from the server until they are visible here, by the server's clock:
// shown to moderators beside "Overlay on air".

import { ServerClock } from '../shared/server-clock.js';

/** The most comments counted between two heartbeats. */
const MOST = 500;

export class Latency {
  #clock;
  /** @type {number[]} ms */ #delays = [];
  #since = Infinity;
  #delay = 0;

  /** @param {() => number} [now] ms, monotonic */
  constructor(now) { this.#clock = new ServerClock(now); }

  /** A new connection: older comments were missed, not slow.
   * @param {number} time ms, the server's @param {number} delay broadcast delay in ms */
  greeted(time, delay) {
    this.#clock.reset(time);
    this.#delay = delay;
    this.#since = time - delay;
  }

  /** @param {number} time ms, the server's */
  beat(time) { this.#clock.sync(time); }

  /** @param {number} ms broadcast delay from now on */
  delayed(ms) { this.#delay = ms; }

  /** A comment is on the screen. @param {number} at ms, when the server accepted it */
  shown(at) {
    if (at < this.#since || this.#delays.length >= MOST) return;
    this.#delays.push(Math.max(0, this.#clock.now - at - this.#delay));
  }

  /** The median since the last call, for a heartbeat; undefined if no comment was shown. */
  takeMedian() {
    const taken = this.#delays.sort((a, b) => a - b);
    this.#delays = [];
    return taken.length > 0 ? { shown_ms: Math.round(taken[taken.length >> 1]) } : {};
  }
}
