// Decides when the stage works next: at once after a quiet time, else every 250 ms, and
// not at all if there is nothing to do. Pure but for the timer that it receives.

/** ms between ticks while there is something to do. */
export const TICK = 250;

export class Ticker {
  #clock; #timer; #work;
  #last = -Infinity;
  #notBefore = 0;
  #due = Infinity;

  /**
   * @param {import('./clock.js').StageClock} clock
   * @param {{set: (fn: () => void, ms: number) => void, clear: () => void}} timer fires at
   *   the start of a frame
   * @param {() => void} work
   */
  constructor(clock, timer, work) {
    this.#clock = clock;
    this.#timer = timer;
    this.#work = work;
  }

  /** The earliest moment, in the timeline's time, at which the next tick may run. */
  get earliest() {
    return Math.max(this.#clock.real, this.#notBefore);
  }

  /** Prevents ticks before ms have passed. @param {number} ms */
  hold(ms) {
    if (ms > 0) this.#notBefore = this.#clock.real + ms;
  }

  /** Works as soon as allowed. "At once" means after this task, so that all
   * comments of one frame from the server share a tick. */
  soon() {
    this.#at(this.#last + TICK);
  }

  /** Ticks in ms, but not before the earliest allowed moment. @param {number} ms */
  within(ms) {
    this.#at(Math.max(this.#last + TICK, this.#clock.real + ms));
  }

  /** Works now. */
  now() {
    this.stop();
    this.#last = this.#clock.real;
    this.#work();
  }

  stop() {
    this.#timer.clear();
    this.#due = Infinity;
  }

  /** @param {number} moment of the timeline; the earlier of two requests wins */
  #at(moment) {
    const due = Math.max(moment, this.earliest);
    if (due >= this.#due) return;
    this.stop();
    this.#due = due;
    this.#timer.set(() => this.now(), due - this.#clock.real);
  }
}
