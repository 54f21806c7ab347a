// Whether the overlay's picture is really drawn, as a heartbeat reports it: a page that
// answers heartbeats may be hidden, or OBS may have stopped drawing it.

import { pageFrames } from './frames.js';

/** Frames that are requested at once. One slow frame is a hitch; a frozen picture has no fast
 * one among them. */
const FRAMES = 4;

/** ms after which missing frames are reported before the next heartbeat. */
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

  /** @param {() => void} changed called when a report should be sent before the next heartbeat
   * @param {Partial<Env>} [env] */
  constructor(changed, { now = () => performance.now(), frame = pageFrames.frame, cancel = pageFrames.cancel, later = (fn, ms) => setTimeout(fn, ms), never = (id) => clearTimeout(id) } = {}) {
    this.#changed = changed;
    this.#env = { now, frame, cancel, later, never };
  }

  /** The server has greeted and has no report of this page. */
  greeted() {
    if (this.#visible) this.#reportChange();
    else this.#changed();
  }

  /** @param {boolean} visible whether the page is visible */
  see(visible) {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#fastest = null;
    if (this.#pending) this.#env.cancel(this.#pending);
    this.#env.never(this.#timer);
    this.#pending = 0;
    this.greeted();
  }

  /** A comment was placed. */
  placed() { this.#placed = this.#env.now(); }

  /** The content of a heartbeat: whether the page is visible, the ms that a frame took when
   * last requested, or has taken so far, and the ms since a comment was placed. Then it
   * requests frames again. */
  answer() {
    const report = this.report();
    this.#probe();
    return report;
  }

  /** As answer, without requesting frames. */
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
      // The first frame may have begun before the request.
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
      this.#changePending = true; // and so is their return
      this.#changed();
    }, LATE);
  }
}
