// The layer of comments that stand at the top and the bottom, in front of those that fly. They are
// stacked from their edge, whatever flies behind them. Pure.

import { Clearance } from './clearance.js';

/** @typedef {import('./travel.js').Flight} Flight */

/** A comment that finds its edge full waits this long, in ms; then the oldest leaves. */
export const WAIT = 2000;

/** A standing comment does not leave to make room before this time, in ms: people must have time to read it. */
export const LEAST = 1000;

/** The default for the most comments at one edge. */
export const AT_ONCE = 3;

/** @template {Flight & {rank?: number}} T */
export class Standing {
  #rows; #most; #clear;
  /** @type {Set<T>} in the order in which they came */ #items = new Set();

  /** @param {{rows: number, shut?: number[], most?: number}} size rows is the stage's number of
   * lanes, shut the lanes that no comment may use, most how many may stand at one edge
   * @param {Clearance} [clear] */
  constructor({ rows, shut = [], most = AT_ONCE }, clear = new Clearance({ rows, shut })) {
    this.#rows = Math.max(1, rows);
    this.#most = most;
    this.#clear = clear;
  }

  /** The lane nearest to its edge that is free for c, or -1. @param {T} c @param {number} now ms */
  find(c, now) {
    return this.#find(c, this.#standing(now));
  }

  /** The comments that must leave to make room for c, the oldest first; none if that would not help.
   * Comments that came too recently and those of a higher rank stay. @param {T} c @param {number} now ms @returns {T[]} */
  displacedBy(c, now) {
    let left = this.#standing(now);
    const old = left.filter((item) => now - item.t >= LEAST && (item.rank ?? 0) <= (c.rank ?? 0));
    const way = [];
    for (const item of [...old.filter((o) => o.mode === c.mode), ...old.filter((o) => o.mode !== c.mode)]) {
      way.push(item);
      left = left.filter((other) => other !== item);
      if (this.#find(c, left) >= 0) return way;
    }
    return [];
  }

  /** Puts c into a lane that find returned. @param {T} c @param {number} lane */
  take(c, lane) {
    c.lane = lane;
    this.#items.add(c);
  }

  /** Frees the place of a comment that has left. @param {T} c */
  leave(c) {
    this.#items.delete(c);
  }

  /** Places standing comments again after a change of size, pitch, shut lanes or count:
   * each in its lane if possible, else nearer to its edge or farther from it. Returns those
   * without a place. @param {T[]} items @param {number} now ms @returns {T[]} */
  adopt(items, now) {
    const homeless = [];
    const there = items.filter((c) => c.until > now).sort((a, b) => a.t - b.t);
    const kept = there.filter((c) => this.#fits(c, c.lane, this.#standing(now)) && this.#room(c, this.#standing(now)) && this.#items.add(c));
    for (const c of there) {
      if (kept.includes(c)) continue;
      const lane = this.find(c, now);
      if (lane >= 0) this.take(c, lane);
      else homeless.push(c);
    }
    return homeless;
  }

  /** The mode of the comment in each lane, "" for none. @param {number} now ms */
  held(now) {
    const standing = this.#standing(now);
    return Array.from({ length: this.#rows }, (_, i) => standing.find((c) => c.lane <= i && i < c.lane + c.rows)?.mode ?? '');
  }

  /** @param {number} now */
  #standing(now) {
    return [...this.#items].filter((c) => c.until > now);
  }

  /** @param {T} c @param {T[]} others */
  #find(c, others) {
    if (!this.#room(c, others)) return -1;
    const lanes = this.#clear.lanesOf(c);
    return (c.mode === 'bottom' ? lanes.reverse() : lanes).find((lane) => this.#fits(c, lane, others)) ?? -1;
  }

  /** Whether its edge has room for one more. @param {T} c @param {T[]} others */
  #room(c, others) {
    return others.filter((o) => o.mode === c.mode).length < this.#most;
  }

  /** @param {T} c @param {number} lane @param {T[]} others */
  #fits(c, lane, others) {
    const k = Math.min(c.rows, this.#rows);
    if (lane < 0 || lane + k > this.#rows) return false;
    if (this.#clear.isShut(c, lane) || this.#clear.bars(c, lane)) return false;
    return others.every((o) => o.lane >= lane + k || o.lane + Math.min(o.rows, this.#rows) <= lane);
  }
}
