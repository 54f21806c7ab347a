// The area in which comments fly and stand: the stage's dimensions, its lanes, the layer of
// standing comments, and the flight of a comment. Pure.

import { Clearance } from './clearance.js';
import { covered, measureLanes } from './item.js';
import { Lanes } from './lanes.js';
import { Standing } from './standing.js';
import { moves, speed } from './travel.js';

/** @typedef {import('./item.js').Item} Item */

/**
 * The heights of a line and of a big letter relative to a medium letter's, as in
 * overlay.css.
 */
const LINE = 1.25, BIG = 1.5;

/** ms that a comment stands at the top or bottom: half a crossing within these limits. */
const STAY = { least: 3000, most: 6000 };

/** Speeds in an octave. */
const STEPS = 64;

/** The next of few speeds, at most 1.1 % higher: comments of one speed share a belt. @param {number} v */
const stepped = (v) => 2 ** (Math.ceil(Math.log2(v) * STEPS) / STEPS);

export class Layout {
  #box = measureLanes({ width: 0, height: 0, line: 0, count: 0 }, { area: 1, region: 'full', size: 1, lanes: 0 });
  #lanes = new Lanes(this.#box);
  /** @type {number[]} lanes that no comment may use */ #shut = [];
  /** @type {Standing<Item>} */ #standing = new Standing(this.#box);
  /** @type {{lanes: number[], left: number, right: number}[]} what lies over the stage */ #fronts = [];
  #most = 0;
  #apart = false;
  #cross = 0; // ms; 0 if every comment has the same speed
  #speed = 0; // px per ms

  /** The dimensions, px. */
  get box() {
    return this.#box;
  }

  get lanes() {
    return this.#lanes;
  }

  /** The layer of standing comments. */
  get standing() {
    return this.#standing;
  }

  /** Whether an item is in the layer of standing comments. @param {{mode: string}} item */
  standingPlace({ mode }) {
    return !moves(mode) && !this.#apart;
  }

  /** ms that a comment takes to cross, before its width is known: as if each of its letters
   * were as wide as a Chinese character. @param {{text: string, size: string}} c */
  crossing({ text, size }) {
    const em = (this.#box.line / LINE) * (size === 'big' ? BIG : 1);
    return this.#cross || (this.#box.width + text.length * em) / this.#speed;
  }

  /** Takes new dimensions; the lanes are empty then.
   * @param {Parameters<typeof measureLanes>[0]} box the renderer's @param {import('../shared/options.js').Options} options
   * @param {(box: ReturnType<typeof measureLanes>) => {top: number, bottom: number}|null} stands returns, once
   *   the dimensions are known, the area that the pin covers
   * @param {import('./front.js').Rect[]} [fronts] the items over the stage */
  measure(box, options, stands, fronts = []) {
    this.#box = measureLanes(box, options);
    this.#cross = options.duration * 1000;
    this.#speed = speed(box.picture ?? box, options.pace);
    this.#most = options.fixed;
    this.#apart = options.apart;
    this.#shut = covered(this.#box, stands(this.#box));
    this.#fronts = fronts.map((at) => ({ ...at, lanes: covered(this.#box, at) }));
    this.empty();
  }

  /** Empties all lanes. */
  empty() {
    const size = { rows: this.#box.rows, shut: this.#shut };
    const clear = new Clearance(size, { width: this.#box.width, fronts: this.#fronts, air: this.#box.pitch / 2 });
    this.#lanes = new Lanes({ ...this.#box, shut: this.#shut }, clear);
    this.#standing = new Standing({ ...size, most: this.#most }, clear);
  }

  /** Puts an item into a lane that is free for it. @param {Item} item @param {number} lane */
  take(item, lane) {
    (this.standingPlace(item) ? this.#standing : this.#lanes).take(item, lane);
  }

  /** Frees the place of an item that has left. @param {Item} item */
  leave(item) {
    this.#standing.leave(item);
  }

  /** Makes an item longer if there is room. @param {Item} item @param {number} extra px
   * @returns {boolean} whether it could */
  grow(item, extra) {
    if (!this.standingPlace(item)) return this.#lanes.grow(item, extra);
    if (item.w + extra > this.#box.width) return false;
    item.w += extra;
    return true;
  }

  /** Places items in a new layout. @param {Item[]} items @param {number} now ms
   * @returns {Item[]} those without a place */
  adopt(items, now) {
    return [
      ...this.#standing.adopt(items.filter((item) => this.standingPlace(item)), now),
      ...this.#lanes.adopt(items.filter((item) => !this.standingPlace(item)), now),
    ];
  }

  /** The content of each lane at a time. @param {number} now ms */
  held(now) {
    const standing = this.#standing.held(now);
    return this.#lanes.held(now).map((kind, i) => [standing[i], kind].filter(Boolean).join(' over '));
  }

  /** Sets how many lanes a measured item takes. @param {Item} item */
  fit(item) {
    item.rows = Math.max(1, Math.min(this.#lanes.count, Math.ceil(item.h / this.#box.pitch)));
  }

  /** Sets the flight of a measured item that starts at this time.
   * @param {Item} item @param {number} at ms */
  prepare(item, at) {
    const { width } = this.#box;
    this.fit(item);
    // A line wider than the screen is only readable when it moves.
    if (!moves(item.mode) && item.w > width) item.mode = 'scroll';
    item.t = at;
    item.m = this.#lanes.entry(item.mode);
    if (moves(item.mode)) {
      item.v = this.#cross ? stepped((width + item.w) / this.#cross) : this.#speed;
      // To need the same time at a higher speed, it starts further out.
      if (this.#cross) item.m += item.v * this.#cross - width - item.w;
      item.until = at + (this.#cross || (width + item.w) / item.v);
    } else {
      item.v = 0;
      item.until = at + Math.min(STAY.most, Math.max(STAY.least, (this.#cross || width / this.#speed) / 2));
    }
  }

  /** The height at which an item with a lane is drawn. @param {Item} item */
  top(item) {
    const room = Math.min(item.rows, this.#lanes.count) * this.#box.pitch;
    return this.#box.top + item.lane * this.#box.pitch + Math.round((room - item.h) / 2);
  }
}
