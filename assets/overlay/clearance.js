// Which lanes a standing comment may take beside the items over the stage: cards, polls, the
// ticker, the room's code. Pure.

/** @typedef {import('./travel.js').Flight} Flight */

export class Clearance {
  #rows; #shut; #width; #fronts; #air;

  /** @param {{rows: number, shut: number[]}} size the stage's lanes, and those that no comment may use
   * @param {{width: number, fronts: {lanes: number[], left: number, right: number}[], air: number}} [over]
   * the items over the stage, px; air stays free beside them. Comments stand in the middle of the width */
  constructor({ rows, shut }, { width, fronts, air } = { width: 0, fronts: [], air: 0 }) {
    this.#rows = Math.max(1, rows);
    this.#shut = shut;
    this.#width = width;
    this.#fronts = fronts;
    this.#air = air;
  }

  /** Whether a comment must not stand in the lanes from this one on: an item would cover it
   * there, and does not everywhere. @param {Flight} c @param {number} lane */
  bars(c, lane) {
    return this.#isBehind(c, lane) && !this.#nowhereClear(c);
  }

  /** Whether no comment may use the lane, or the lanes that c needs below it. @param {Flight} c @param {number} lane */
  isShut(c, lane) {
    return this.#shut.some((i) => i >= lane && i < lane + this.#height(c));
  }

  /** The first lanes that c can use. @param {Flight} c */
  lanesOf(c) {
    return Array.from({ length: this.#rows - this.#height(c) + 1 }, (_, i) => i);
  }

  /** @param {Flight} c */
  #height(c) {
    return Math.min(c.rows, this.#rows);
  }

  /** @param {Flight} c @param {number} lane */
  #isBehind(c, lane) {
    const k = this.#height(c), half = c.w / 2 + this.#air;
    return this.#fronts.some(({ lanes, left, right }) => (
      left < this.#width / 2 + half && right > this.#width / 2 - half && lanes.some((i) => i >= lane && i < lane + k)));
  }

  /** Whether items over the stage leave it no free place: then it stands behind them. @param {Flight} c */
  #nowhereClear(c) {
    return this.lanesOf(c).every((lane) => this.#isBehind(c, lane) || this.isShut(c, lane));
  }
}
