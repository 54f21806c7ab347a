// The layer of comments that stand at the top and the bottom, in front of those that fly. They are
// stacked from their edge, whatever flies behind them. Pure.

/** @typedef {import('./travel.js').Flight} Flight */

/** A comment that finds its edge full waits this long, in ms; then the oldest leaves. */
export const WAIT = 2000;

/** A standing comment does not leave to make room before this time, in ms: people must have time to read it. */
export const LEAST = 1000;

/** The default for the most comments at one edge. */
export const AT_ONCE = 3;

/** @template {Flight & {rank?: number}} T */
export class Standing {
  #rows; #shut; #most; #width; #fronts; #air;
  /** @type {Set<T>} in the order in which they came */ #items = new Set();

  /** @param {{rows: number, shut?: number[], most?: number}} size rows is the stage's number of
   * lanes, shut the lanes that no comment may use, most how many may stand at one edge
   * @param {{width: number, fronts: {lanes: number[], left: number, right: number}[], air: number}} [over]
   * the items over the stage, px; air stays free beside them. Comments stand in the middle of the width */
  constructor({ rows, shut = [], most = AT_ONCE }, { width, fronts, air } = { width: 0, fronts: [], air: 0 }) {
    this.#width = width;
    this.#fronts = fronts;
    this.#air = air;
    this.#rows = Math.max(1, rows);
    this.#shut = shut;
    this.#most = most;
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
    const lanes = this.#lanesOf(c);
    return (c.mode === 'bottom' ? lanes.reverse() : lanes).find((lane) => this.#fits(c, lane, others)) ?? -1;
  }

  /** The first lanes that it can use. @param {T} c */
  #lanesOf(c) {
    return Array.from({ length: this.#rows - Math.min(c.rows, this.#rows) + 1 }, (_, i) => i);
  }

  /** Whether an item would cover it there. @param {T} c @param {number} lane */
  #isBehind(c, lane) {
    const k = Math.min(c.rows, this.#rows), half = c.w / 2 + this.#air;
    return this.#fronts.some(({ lanes, left, right }) => (
      left < this.#width / 2 + half && right > this.#width / 2 - half && lanes.some((i) => i >= lane && i < lane + k)));
  }

  /** Whether items over the stage leave it no free place: then it stands behind them. @param {T} c */
  #nowhereClear(c) {
    return this.#lanesOf(c).every((lane) => this.#isBehind(c, lane) || this.#isShut(c, lane));
  }

  /** @param {T} c @param {number} lane */
  #isShut(c, lane) {
    return this.#shut.some((i) => i >= lane && i < lane + Math.min(c.rows, this.#rows));
  }

  /** Whether its edge has room for one more. @param {T} c @param {T[]} others */
  #room(c, others) {
    return others.filter((o) => o.mode === c.mode).length < this.#most;
  }

  /** @param {T} c @param {number} lane @param {T[]} others */
  #fits(c, lane, others) {
    const k = Math.min(c.rows, this.#rows);
    if (lane < 0 || lane + k > this.#rows) return false;
    if (this.#isShut(c, lane) || (this.#isBehind(c, lane) && !this.#nowhereClear(c))) return false;
    return others.every((o) => o.lane >= lane + k || o.lane + Math.min(o.rows, this.#rows) <= lane);
  }
}
