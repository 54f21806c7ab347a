// What an overlay was not there for: how old each comment is by the server's
// clock, and whether it is still worth drawing. Pure.

/** ms by which a comment may be ahead of its server's clock: nodes differ by that
 * much. One that is further ahead was stamped before that clock was set back, so
 * its age is unknown. */
export const SKEW = 2_000;

export class CatchUp {
  /** The server's time of what an overlay that was never away would just begin to
   * show: in a room with a broadcast delay that is as long ago. null: what comes is of now. */
  /** @type {number|null} */ #present = null;

  /** A connection is greeted. @param {number} time ms, the server's @param {number} delay ms that the room lags on purpose */
  begin(time, delay) { this.#present = time - delay; }

  /** What comes from here on is of now. */
  end() { this.#present = null; }

  /** ms since a comment would have set out. @param {{at: number}} c */
  age(c) { return this.#present === null ? 0 : Math.max(0, this.#present - c.at); }

  /** Whether a comment would still be on its way. @param {{at: number}} c @param {number} crossing ms */
  stillCrossing(c, crossing) {
    if (this.#present === null) return true;
    const age = this.#present - c.at;
    return age <= crossing && age >= -SKEW;
  }
}
