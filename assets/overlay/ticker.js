// When the stage works next: at once when it was quiet, else every 250 ms, and
// not at all when nothing is to be done. Pure but for the timer that it is given.

/** ms between ticks while there is something to do. */
export const TICK = 250;

export class Ticker {
  #clock; #timer; #work;
  #last = -Infinity;
  #notBefore = 0;
  #due = Infinity;

  /**
   * @param {import('./clock.js').StageClock} clock
   * @param {{set: (fn: () => void, ms: number) => void, clear: () => void}} timer one that rings at
   *   the beginning of a frame
   * @param {() => void} work
   */
  constructor(clock, timer, work) {
    this.#clock = clock;
    this.#timer = timer;
    this.#work = work;
  }

  /** The earliest moment, in the timeline's time, at which the next tick can be. */
  get earliest() {
    return Math.max(this.#clock.real, this.#notBefore);
  }

  /** Lets no tick happen before ms have passed. @param {number} ms */
  hold(ms) {
    if (ms > 0) this.#notBefore = this.#clock.real + ms;
  }

  /** Works as soon as may be. At once means after this task, so that all
   * comments of one frame from the server share a tick. */
  soon() {
    this.#at(this.#last + TICK);
  }

  /** Ticks in ms, but no sooner than it may. @param {number} ms */
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

  /** @param {number} moment of the timeline; the earlier of two wishes counts */
  #at(moment) {
    const due = Math.max(moment, this.earliest);
    if (due >= this.#due) return;
    this.stop();
    this.#due = due;
    this.#timer.set(() => this.now(), due - this.#clock.real);
  }
}
