// Lanes decide where a comment flies so that no two ever overlap. Pure: no DOM, no own clock;
// every call gets the time (stage milliseconds). How comments move, and travel coordinates,
// are explained in travel.js.

import { Claims } from './claims.js';
import { Clearance } from './clearance.js';
import { LaneOrder } from './lane-order.js';
import { Travel, headAt, moves } from './travel.js';

/** @typedef {import('./travel.js').Flight} Flight */

export class Lanes {
  /** @type {{last: Flight|null, until: number, shut: boolean}[]} */ #rows;
  #travel; #claims; #clear; #order;

  /** @param {{width: number, rows: number, gap: number, shut?: number[]}} size shut are lanes that
   * no comment may use @param {Clearance} [clear] where comments may stand */
  constructor({ width, rows, gap, shut = [] }, clear = new Clearance({ rows, shut })) {
    this.#clear = clear;
    this.#travel = new Travel(width, gap);
    this.#rows = Array.from({ length: Math.max(1, rows) }, (_, i) => ({ last: null, until: -Infinity, shut: shut.includes(i) }));
    this.#claims = new Claims(this.#rows.length);
    this.#order = new LaneOrder(this.#rows.length);
  }

  get count() {
    return this.#rows.length;
  }

  /** Travel coordinate at which movers of this mode enter. @param {string} mode */
  entry(mode) {
    return this.#travel.entry(mode);
  }

  /** Travel coordinate at which they have left. @param {string} mode */
  exit(mode) {
    return this.#travel.exit(mode);
  }

  /**
   * The first lane that is free for c from now on, or -1.
   * @param {Flight} c @param {number} now
   */
  find(c, now) {
    const k = Math.min(c.rows, this.#rows.length);
    return this.#order.of(c).find((lane) => this.#fits(c, lane, k, now)) ?? -1;
  }

  /** The lane in which c would overlap least, if comments may overlap. @param {Flight} c @param {number} now */
  least(c, now) {
    return this.soonest(c, now).lane;
  }

  /** Where and when c could start earliest after a time, which may be in the past: the lane,
   * -1 if all are shut or claimed, and the moment.
   * @param {Flight} c @param {number} from */
  soonest(c, from) {
    return this.#soonest(c, from, () => true);
  }

  /** Puts c into a lane that find, least or soonest returned. @param {Flight} c @param {number} lane */
  take(c, lane) {
    c.lane = lane;
    const k = Math.min(c.rows, this.#rows.length);
    this.#claims.take(lane, k, kindOf(c, k), c, !moves(c.mode));
    for (const row of this.#rows.slice(lane, lane + k)) {
      row.last = c;
      row.until = Math.max(row.until, c.until);
    }
  }

  /** Lengthens c at its tail, if nothing flies behind it yet.
   * @param {Flight} c @param {number} extra px
   * @returns {boolean} whether it could */
  grow(c, extra) {
    const rows = this.#rows.slice(c.lane, c.lane + c.rows);
    if (c.v === 0 ? c.w + extra > this.#travel.width : rows.some((row) => row.last !== c)) return false;
    c.w += extra;
    if (c.v > 0) c.until = this.#travel.leaves(c);
    for (const row of rows) row.until = Math.max(row.until, c.until);
    return true;
  }

  /**
   * Places flying comments again, after a change of size, pitch, fonts or shut lanes: each
   * keeps its position and speed, and its lane if possible. A comment that cannot keep its
   * lane moves to a gap in another lane, so that the others need not move. Returns the
   * comments that have no place without overlap.
   * @template {Flight} T
   * @param {T[]} flights @param {number} now
   * @returns {T[]}
   */
  adopt(flights, now) {
    /** @type {T[]} */
    const placed = [], homeless = [];
    const flying = [...flights].sort((a, b) => a.t - b.t);
    for (const c of flying) if (c.v > 0) c.until = this.#travel.leaves(c);
    const kept = flying.filter((c) => c.until > now && this.#place(c, [c.lane], placed, now));
    for (const c of flying) {
      if (c.until > now && !kept.includes(c) && !this.#place(c, this.#order.of(c), placed, now)) homeless.push(c);
    }
    return homeless;
  }

  /**
   * Reserves for c's kind the lanes that will be ready first, so that a stream of others does
   * not block a kind (or a big comment) that finds every lane taken. Call it in every tick
   * while the lane is wanted. A kind that has a third of the lanes takes none from the others.
   * @param {Flight} c @param {number} now
   */
  claim(c, now) {
    const k = Math.min(c.rows, this.#rows.length);
    const kind = kindOf(c, k);
    if (this.#claims.renew(kind, now)) return;
    const held = this.#rows.filter((r) => r.until > now && r.last?.mode === c.mode).length;
    const full = held + k > Math.max(k, Math.ceil(this.#rows.length / 3));
    if (full && k === 1) return;
    const { lane } = this.#soonest(c, now, (row) => !full || row.until <= now || row.last?.mode === c.mode);
    if (lane >= 0) this.#claims.reserve(lane, k, kind, now);
  }

  /** For debug=1 and tests: the content of each lane at a time. @param {number} now */
  held(now) {
    return this.#rows.map((r, i) => (r.shut ? 'shut' : r.until > now ? (r.last?.mode ?? '') : this.#claims.has(i, now) ? 'claimed' : ''));
  }

  /** Puts c into the first of the lanes in which it overlaps none of the placed comments; a
   * gap between two of them counts. @template {Flight} T
   * @param {T} c @param {number[]} lanes @param {T[]} placed c joins them @param {number} now
   * @returns {boolean} whether there was one */
  #place(c, lanes, placed, now) {
    const n = this.#rows.length;
    const k = Math.min(c.rows, n);
    const others = placed.filter((p) => !this.#travel.apart(c, p, now));
    const lane = lanes.find((i) => i >= 0 && i <= n - k && this.#rows.slice(i, i + k).every((r) => !r.shut) && !this.#barred(c, i)
      && others.every((p) => p.lane >= i + k || p.lane + Math.min(p.rows, n) <= i)) ?? -1;
    if (lane < 0) return false;
    const rows = this.#rows.slice(lane, lane + k);
    const before = rows.map((row) => row.last);
    this.take(c, lane);
    rows.forEach((row, i) => { // a lane remembers the comment that is farthest behind
      const last = before[i];
      if (last && headAt(last, now) > headAt(c, now)) row.last = last;
    });
    placed.push(c);
    return true;
  }

  /** @param {Flight} c @param {number} lane @param {number} k @param {number} now */
  #fits(c, lane, k, now) {
    if (this.#barred(c, lane)) return false;
    for (let i = lane; i < lane + k; i++) {
      const row = this.#rows[i];
      if (row.shut || this.#claims.bars(i, kindOf(c, k), now)) return false;
      if (row.until <= now) continue;
      const last = /** @type {Flight} */ (row.last);
      if (last.mode !== c.mode || c.v === 0) return false;
      if (!this.#travel.follows(last, c, now)) return false;
    }
    return true;
  }

  /** The block of lanes in which c could start first, counting only allowed rows that no other
   * comment has claimed.
   * @param {Flight} c @param {number} now @param {(row: {last: Flight|null, until: number}) => boolean} allowed */
  #soonest(c, now, allowed) {
    const k = Math.min(c.rows, this.#rows.length);
    let best = { lane: -1, ready: Infinity };
    for (const lane of this.#order.of(c)) {
      let ready = this.#barred(c, lane) ? Infinity : now;
      for (let i = lane; i < lane + k; i++) {
        const row = this.#rows[i];
        const free = !row.shut && !this.#claims.bars(i, kindOf(c, k), now);
        ready = Math.max(ready, free && allowed(row) ? this.#ready(row, c, now) : Infinity);
      }
      if (ready < best.ready) best = { lane, ready };
    }
    return best;
  }

  /** Whether c stands and an item over the stage would cover it there. @param {Flight} c @param {number} lane */
  #barred(c, lane) {
    return !moves(c.mode) && this.#clear.bars(c, lane);
  }

  /** When c could start in a row. @param {{last: Flight|null, until: number}} row
   * @param {Flight} c @param {number} now */
  #ready(row, c, now) {
    const last = row.last;
    if (!last || row.until <= now) return now;
    if (last.mode !== c.mode || c.v === 0) return row.until;
    return this.#travel.behind(last, c, now);
  }
}

/** The kind of a comment, see claims.js. @param {Flight} c @param {number} k lanes that it takes */
const kindOf = (c, k) => `${c.mode}:${k}`;
