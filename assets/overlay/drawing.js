// Whether the overlay's picture is really drawn, as a beat reports it: a page
// that answers beats may be hidden, or OBS may have stopped drawing it.

import { pageFrames } from './frames.js';

/** Frames that are asked for at once. One slow frame is a hitch; a picture that
 * stands has no fast one among them. */
const FRAMES = 4;

/** ms after which frames that have not come are reported before the next beat. */
export const LATE = 2_000;

/**
 * @typedef {object} Env
 * @property {() => number} now ms, monotonic
 * @property {(fn: () => void) => number} frame asks for the next frame
 * @property {(id: number) => void} cancel
 * @property {(fn: () => void, ms: number) => any} later
 * @property {(id: any) => void} never
 */

export class Drawing {
  #env; #changed;
  #visible = true;
  #pending = 0;
  #last = 0;
  /** @type {number|null} ms that the fastest of the frames asked for last took */ #fastest = null;
  /** @type {number|null} */ #placed = null;
  #changePending = false;
  /** @type {any} */ #timer = null;

  /** @param {() => void} changed called when the server should hear a report before its next beat
   * @param {Partial<Env>} [env] */
  constructor(changed, { now = () => performance.now(), frame = pageFrames.frame, cancel = pageFrames.cancel, later = (fn, ms) => setTimeout(fn, ms), never = (id) => clearTimeout(id) } = {}) {
    this.#changed = changed;
    this.#env = { now, frame, cancel, later, never };
  }

  /** The server has greeted and knows nothing of this page. */
  greeted() {
    if (this.#visible) this.#reportChange();
    else this.#changed();
  }

  /** @param {boolean} visible whether anybody can see the page */
  see(visible) {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#fastest = null;
    if (this.#pending) this.#env.cancel(this.#pending);
    this.#env.never(this.#timer);
    this.#pending = 0;
    this.greeted();
  }

  /** A comment has got its place. */
  placed() { this.#placed = this.#env.now(); }

  /** What a beat carries: whether the page can be seen, ms that a frame took when some
   * were last asked for, or has taken so far, and ms since a comment got its place.
   * Frames are then asked for again. */
  answer() {
    const report = this.report();
    this.#probe();
    return report;
  }

  /** As answer, asking for nothing. */
  report() {
    const now = this.#env.now();
    const frame = this.#pending ? now - this.#last : this.#fastest;
    return {
      visible: this.#visible,
      ...(this.#visible && frame !== null ? { frame_ms: Math.round(frame) } : {}),
      ...(this.#placed === null ? {} : { placed_ms: Math.round(now - this.#placed) }),
    };
  }

  #reportChange() {
    this.#changePending = true;
    this.#probe();
  }

  #probe() {
    if (!this.#visible || this.#pending) return;
    let left = FRAMES, fastest = Infinity;
    this.#last = this.#env.now();
    const next = () => {
      const now = this.#env.now();
      // The first may have been under way when it was asked for.
      if (left < FRAMES) fastest = Math.min(fastest, now - this.#last);
      this.#last = now;
      if (--left > 0) {
        this.#pending = this.#env.frame(next);
        return;
      }
      this.#pending = 0;
      this.#env.never(this.#timer);
      this.#fastest = fastest;
      if (!this.#changePending) return;
      this.#changePending = false;
      this.#changed();
    };
    this.#pending = this.#env.frame(next);
    this.#timer = this.#env.later(() => {
      this.#changePending = true; // and so is that they come after all
      this.#changed();
    }, LATE);
  }
}
