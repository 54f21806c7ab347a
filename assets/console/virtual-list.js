// The positions of the rows of a long list, most of which are not in the page: rows that were
// rendered have their measured height, the others an estimate.

export class VirtualList {
  #guess;
  /** @type {Map<string, number>} by the row's id */ #heights = new Map();
  /** @type {Float64Array} of each row */ #rowHeights = new Float64Array(1);
  /** @type {Float64Array} the upper edges */ #tops = new Float64Array(1);
  /** upper edges hold up to this one */ #exactTo = 0;
  #count = 0;

  /** @param {number} guess estimated px of a row that was never measured */
  constructor(guess) { this.#guess = guess; }

  /** px of all rows */
  get total() { return this.top(this.#count); }

  /** Resets all heights, because the width has changed. @param {number} guess */
  forget(guess) {
    this.#guess = guess;
    this.#heights.clear();
  }

  /** @param {number} i the row's index @param {string} id @param {number} height px @returns {boolean} whether the height was new */
  measured(i, id, height) {
    if (Math.abs(this.#rowHeights[i] - height) < 0.5) return false;
    this.#heights.set(id, height);
    this.#rowHeights[i] = height;
    this.#exactTo = Math.min(this.#exactTo, i);
    return true;
  }

  /** Stacks the rows. @param {readonly {id: string}[]} rows */
  layOut(rows) {
    this.#count = rows.length;
    if (this.#rowHeights.length < rows.length) {
      this.#rowHeights = new Float64Array(rows.length * 2);
      this.#tops = new Float64Array(rows.length * 2 + 1);
    }
    for (let i = 0; i < rows.length; i++) this.#rowHeights[i] = this.#heights.get(rows[i].id) ?? this.#guess;
    this.#exactTo = 0;
    if (this.#heights.size > 2 * rows.length + 1000) {
      const kept = new Set(rows.map((row) => row.id));
      for (const id of this.#heights.keys()) if (!kept.has(id)) this.#heights.delete(id);
    }
  }

  /** px from the top of the list to that of a row. @param {number} i */
  top(i) {
    const at = Math.min(Math.max(i, 0), this.#count);
    for (; this.#exactTo < at; this.#exactTo++) this.#tops[this.#exactTo + 1] = this.#tops[this.#exactTo] + this.#rowHeights[this.#exactTo];
    return this.#tops[at];
  }

  /** The row at a height; the last one below all of them. @param {number} y */
  at(y) {
    this.top(this.#count);
    let low = 0, high = this.#count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /**
   * The rows in a window on the list, and some on either side.
   * @param {number} y @param {number} height @param {number} spare rows
   * @returns {[number, number]} from, to (not included)
   */
  window(y, height, spare) {
    return [Math.max(0, this.at(y) - spare), Math.min(this.#count, this.at(y + height) + 1 + spare)];
  }
}
