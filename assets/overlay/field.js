// The field over which comments fly: the stage's measures, its lanes, and the
// flight that a comment has over them. Pure.

import { covered, geometry } from './item.js';
import { Lanes, moves } from './lanes.js';

/** @typedef {import('./item.js').Item} Item */

/** ms that a comment stands at the top or bottom: half a crossing within these. */
const STAY = { least: 3000, most: 6000 };

export class Field {
  #box = geometry({ width: 0, height: 0, line: 0, count: 0 }, { area: 1, region: 'full', size: 1, lanes: 0 });
  #lanes = new Lanes(this.#box);
  /** @type {number[]} lanes that nobody may use */ #shut = [];
  #cross = 0;

  /** The measures, px. */
  get box() {
    return this.#box;
  }

  get lanes() {
    return this.#lanes;
  }

  /** Takes all measures anew; the lanes are empty then.
   * @param {Parameters<typeof geometry>[0]} box the renderer's @param {import('../shared/options.js').Options} options
   * @param {(box: ReturnType<typeof geometry>) => {top: number, bottom: number}|null} stands gives, once
   *   the measures are known, what something covers that stands on the stage */
  lay(box, options, stands) {
    this.#cross = options.duration * 1000;
    this.#box = geometry(box, options);
    this.#shut = covered(this.#box, stands(this.#box));
    this.empty();
  }

  /** Empties all lanes. */
  empty() {
    this.#lanes = new Lanes({ ...this.#box, shut: this.#shut });
  }

  /** Says how many lanes a measured item takes. @param {Item} item */
  fit(item) {
    item.rows = Math.max(1, Math.min(this.#lanes.count, Math.ceil(item.h / this.#box.pitch)));
  }

  /** Gives a measured item the flight of one that sets out at this time.
   * @param {Item} item @param {number} at ms */
  prepare(item, at) {
    const { width } = this.#box;
    this.fit(item);
    // A line that is wider than the screen can only be read when it moves.
    if (!moves(item.mode) && item.w > width) item.mode = 'scroll';
    item.t = at;
    item.m = this.#lanes.entry(item.mode);
    item.v = moves(item.mode) ? (width + item.w) / this.#cross : 0;
    item.until = at + (moves(item.mode) ? this.#cross : Math.min(STAY.most, Math.max(STAY.least, this.#cross / 2)));
  }

  /** The height at which an item with a lane is drawn. @param {Item} item */
  top(item) {
    const room = Math.min(item.rows, this.#lanes.count) * this.#box.pitch;
    return this.#box.top + item.lane * this.#box.pitch + Math.round((room - item.h) / 2);
  }
}
