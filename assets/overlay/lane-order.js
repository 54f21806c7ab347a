// The lanes that a comment can use, in the order in which they are tried: downwards, and
// upwards for comments at the bottom. Pure.

/** @typedef {import('./travel.js').Flight} Flight */

export class LaneOrder {
  #rows;
  /** The same few lists are needed many times in each tick: downwards and upwards, by the last lane.
   * @type {[number[][], number[][]]} */
  #lists = [[], []];

  /** @param {number} rows */
  constructor(rows) {
    this.#rows = rows;
  }

  /** The first lanes that c can use. @param {Flight} c */
  of(c) {
    const last = this.#rows - Math.min(c.rows, this.#rows), up = c.mode === 'bottom';
    return (this.#lists[up ? 1 : 0][last] ??= Array.from({ length: last + 1 }, (_, i) => (up ? last - i : i)));
  }
}
