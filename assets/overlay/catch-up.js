// Comments that an overlay has missed: their age by the server's clock, and whether they are
// still worth drawing. Pure.

/** ms by which a comment may be ahead of its server's clock: nodes differ by that much. One
 * that is further ahead is from before that clock was set back, so its age is unknown. */
export const SKEW = 2_000;

export class CatchUp {
  /** The server's time of the comments that an overlay without an absence would just begin to
   * show: with a broadcast delay that is in the past. null: comments are live. */
  /** @type {number|null} */ #present = null;

  /** A connection was greeted. @param {number} time ms, the server's @param {number} delay broadcast delay in ms */
  begin(time, delay) { this.#present = time - delay; }

  /** From here on comments are live. */
  end() { this.#present = null; }

  /** ms since a comment would have started. @param {{at: number}} c */
  age(c) { return this.#present === null ? 0 : Math.max(0, this.#present - c.at); }

  /** Whether a comment would still be flying. @param {{at: number}} c @param {number} crossing ms */
  stillCrossing(c, crossing) {
    if (this.#present === null) return true;
    const age = this.#present - c.at;
    return age <= crossing && age >= -SKEW;
  }
}
