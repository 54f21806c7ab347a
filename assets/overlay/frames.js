// Puts work off to the beginning of a frame. To ask the page for a size outside
// of one moves the page's time on, and Chromium then computes the styles of all
// that flies once more; at a frame's beginning it has to do so anyway.

/** Frames of the page, as drawing.js asks for them. */
export const pageFrames = {
  /** @param {() => void} fn */
  frame: (fn) => requestAnimationFrame(fn),
  /** @param {number} id */
  cancel: (id) => cancelAnimationFrame(id),
};

/** A timer that rings at the first frame after its time; one waits at a time.
 * A page that draws no frames is not seen, and nothing needs to be done there. */
export class FrameTimer {
  /** @type {any} */ #timer = null;
  #frame = 0;

  /** Calls fn once, at the beginning of the first frame when ms have passed.
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
