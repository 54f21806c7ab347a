// Where the rows of a long list lie, most of which are not in the page: those
// that were seen have their measured height, the others an even guess.

export class Geometry {
  #guess;
  /** @type {Map<string, number>} */ #heights = new Map();
  /** @type {Float64Array} */ #tops = new Float64Array(1);
  #count = 0;

  /** @param {number} guess px of a row that was never seen */
  constructor(guess) { this.#guess = guess; }

  /** px of all rows */
  get total() { return this.#tops[this.#count]; }

  /** The width has changed, so every height may have. @param {number} guess */
  forget(guess) {
    this.#guess = guess;
    this.#heights.clear();
  }

  /** @param {string} id @param {number} height px @returns {boolean} whether that is news */
  measured(id, height) {
    if (Math.abs((this.#heights.get(id) ?? this.#guess) - height) < 0.5) return false;
    this.#heights.set(id, height);
    return true;
  }

  /** Lays the rows under each other. @param {readonly {id: string}[]} rows */
  lay(rows) {
    this.#count = rows.length;
    if (this.#tops.length <= rows.length) this.#tops = new Float64Array(rows.length * 2 + 1);
    let y = 0;
    for (let i = 0; i < rows.length; i++) {
      this.#tops[i] = y;
      y += this.#heights.get(rows[i].id) ?? this.#guess;
    }
    this.#tops[rows.length] = y;
    if (this.#heights.size > 2 * rows.length + 1000) {
      const kept = new Set(rows.map((row) => row.id));
      for (const id of this.#heights.keys()) if (!kept.has(id)) this.#heights.delete(id);
    }
  }

  /** px from the top of the list to that of a row. @param {number} i */
  top(i) { return this.#tops[Math.min(Math.max(i, 0), this.#count)]; }

  /** The row at a height; the last one below all of them. @param {number} y */
  at(y) {
    let low = 0, high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /**
   * The rows that a window on the list shows, and some on either side.
   * @param {number} y @param {number} height @param {number} spare rows
   * @returns {[number, number]} from, to (not included)
   */
  window(y, height, spare) {
    return [Math.max(0, this.at(y) - spare), Math.min(this.#count, this.at(y + height) + 1 + spare)];
  }
}
