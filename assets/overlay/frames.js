// Delays work to the beginning of a frame. To read a size outside of one advances the page's
// time, and Chromium then recomputes the styles of all flying elements; at a frame's beginning
// it has to do so anyway.

/** The frames of the page, for drawing.js. */
export const pageFrames = {
  /** @param {() => void} fn */
  frame: (fn) => requestAnimationFrame(fn),
  /** @param {number} id */
  cancel: (id) => cancelAnimationFrame(id),
};

/** A timer that fires at the first frame after its time; only one is pending at a time. A page
 * that draws no frames is invisible, and has nothing to do. */
export class FrameTimer {
  /** @type {any} */ #timer = null;
  #frame = 0;

  /** Calls fn once, at the beginning of the first frame after ms have passed.
   * @param {() => void} fn @param {number} ms */
  set(fn, ms) {
    this.clear();
    const wait = () => { this.#frame = requestAnimationFrame(fn); };
    if (ms > 0) this.#timer = setTimeout(wait, ms);
    else wait();
  }

  clear() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
  }
}
