// Lanes decide where a comment flies so that no two ever overlap. Pure: no DOM,
// no clock of its own; every call says what time it is (stage milliseconds).
//
// Movers are described in travel coordinates, in which every comment moves
// towards smaller numbers: for `scroll` that is the screen's own x, for
// `reverse` it is the mirror image of it (m = -x of the right edge). So there
// is one rule for both: comments enter at `entry`, leave at `exit`.

/**
 * What the lanes must know of a comment. Lengths in CSS pixels, times in ms.
 * @typedef {object} Flight
 * @property {'scroll'|'reverse'|'top'|'bottom'} mode
 * @property {number} w width
 * @property {number} rows how many lanes high it is
 * @property {number} t when it set out
 * @property {number} m where its head was then, in travel coordinates
 * @property {number} v speed, pixels per ms; 0 for top and bottom
 * @property {number} until when it has left
 * @property {number} lane its first lane, -1 while it has none
 */

/** Pixels that stay between two comments when the first one leaves. They cover
 * the whole-pixel steps of the motion, which show a place up to one pixel late. */
export const EDGE = 4;

/** How long a lane stays reserved when nobody asks for it again, in ms: more
 * than two ticks. */
const CLAIM = 600;

/** Top and bottom keep their lane this long after use, in ms: where they are
 * used now and then, the next one need not wait for a lane to drain. */
const KEEP = 15_000;

/** They keep none where there are fewer lanes than this, nor more than two. */
const KEEP_FROM = 8;

/** @param {string} mode */
export const moves = (mode) => mode === 'scroll' || mode === 'reverse';

/** Where the head of a mover is at a time, in travel coordinates.
 * @param {Flight} c @param {number} at */
export const headAt = (c, at) => c.m - c.v * (at - c.t);

export class Lanes {
  /** @type {{last: Flight|null, until: number, claim: string, claimed: number}[]} */
  #rows = [];
  #width = 0;
  #gap = 0;

  /** @param {{width: number, rows: number, gap: number}} size */
  constructor({ width, rows, gap }) {
    this.#width = width;
    this.#gap = gap;
    for (let i = 0; i < Math.max(1, rows); i++) {
      this.#rows.push({ last: null, until: -Infinity, claim: '', claimed: -Infinity });
    }
  }

  get count() {
    return this.#rows.length;
  }

  /** Travel coordinate at which movers of this mode come in.
   * @param {string} mode */
  entry(mode) {
    return mode === 'reverse' ? 0 : this.#width;
  }

  /** Travel coordinate at which they are gone, tail and all.
   * @param {string} mode */
  exit(mode) {
    return this.entry(mode) - this.#width;
  }

  /** When a mover has left this width, whatever width it set out on.
   * @param {Flight} c */
  leaves(c) {
    return c.t + (c.m + c.w - this.exit(c.mode)) / c.v;
  }

  /**
   * The first lane in which c can be from now on, or -1. c.t may lie in the
   * past: that is how flying comments are placed anew after a resize.
   * @param {Flight} c @param {number} now
   * @param {number} [prefer] a lane to try first
   */
  find(c, now, prefer = -1) {
    const n = this.#rows.length;
    const k = Math.min(c.rows, n);
    if (prefer >= 0 && prefer <= n - k && this.#fits(c, prefer, k, now)) return prefer;
    for (let i = 0; i <= n - k; i++) {
      const lane = c.mode === 'bottom' ? n - k - i : i;
      if (this.#fits(c, lane, k, now)) return lane;
    }
    return -1;
  }

  /** The lane in which c would overlap least, for those who allow overlap.
   * @param {Flight} c @param {number} now */
  least(c, now) {
    const block = this.#soonest(c, now, () => true);
    return block.lane;
  }

  /** Puts c into a lane that find or least gave.
   * @param {Flight} c @param {number} lane */
  take(c, lane) {
    c.lane = lane;
    const k = Math.min(c.rows, this.#rows.length);
    const key = `${c.mode}:${k}`;
    const kept = this.#rows.filter((row, i) => (i < lane || i >= lane + k) && row.claim === key && row.claimed > c.t).length;
    const keep = !moves(c.mode) && this.#rows.length >= KEEP_FROM && kept + k <= 2;
    for (const row of this.#rows.slice(lane, lane + k)) {
      row.last = c;
      row.until = Math.max(row.until, c.until);
      if (keep) row.claimed = c.until + KEEP;
      row.claim = keep ? key : '';
    }
  }

  /** Makes c longer at its tail, when nothing flies behind it yet.
   * @param {Flight} c @param {number} extra px
   * @returns {boolean} whether it could */
  grow(c, extra) {
    const rows = this.#rows.slice(c.lane, c.lane + c.rows);
    if (c.v === 0 ? c.w + extra > this.#width : rows.some((row) => row.last !== c)) return false;
    c.w += extra;
    if (c.v > 0) c.until = this.leaves(c);
    for (const row of rows) row.until = Math.max(row.until, c.until);
    return true;
  }

  /**
   * Gives flying comments lanes anew, after a change of size, pitch or fonts:
   * each keeps its way and speed, and its lane where it can. Returns those for
   * whom there is no place without overlap.
   * @template {Flight} T
   * @param {T[]} flights @param {number} now
   * @returns {T[]}
   */
  adopt(flights, now) {
    const homeless = [];
    for (const c of [...flights].sort((a, b) => a.t - b.t)) {
      if (c.v > 0) c.until = this.leaves(c);
      if (c.until <= now) continue;
      const lane = this.find(c, now, c.lane);
      if (lane < 0) homeless.push(c);
      else this.take(c, lane);
    }
    return homeless;
  }

  /**
   * Reserves the lanes that will be ready first for c's kind, so that a kind
   * (or a big comment) that finds every lane taken is not kept out for ever by
   * a stream of others. To be repeated every tick while it is wanted. A kind
   * that holds a third of the lanes takes none from the others.
   * @param {Flight} c @param {number} now
   */
  claim(c, now) {
    const k = Math.min(c.rows, this.#rows.length);
    const key = `${c.mode}:${k}`;
    let has = false;
    for (const row of this.#rows) {
      if (row.claim === key && row.claimed > now) {
        row.claimed = Math.max(row.claimed, now + CLAIM);
        has = true;
      }
    }
    if (has) return;
    const held = this.#rows.filter((r) => r.until > now && r.last?.mode === c.mode).length;
    const full = held + k > Math.max(k, Math.ceil(this.#rows.length / 3));
    if (full && k === 1) return;
    const { lane } = this.#soonest(c, now, (row) => !full || row.until <= now || row.last?.mode === c.mode);
    if (lane < 0) return;
    for (const row of this.#rows.slice(lane, lane + k)) {
      row.claim = key;
      row.claimed = now + CLAIM;
    }
  }

  /** For debug=1 and tests: what holds each lane at a time.
   * @param {number} now */
  held(now) {
    return this.#rows.map((r) => (r.until > now ? (r.last?.mode ?? '') : r.claimed > now && r.claim ? 'claimed' : ''));
  }

  /** @param {Flight} c @param {number} lane @param {number} k @param {number} now */
  #fits(c, lane, k, now) {
    for (let i = lane; i < lane + k; i++) {
      const row = this.#rows[i];
      if (row.claim && row.claimed > now && row.claim !== `${c.mode}:${k}`) return false;
      if (row.until <= now) continue;
      const last = /** @type {Flight} */ (row.last);
      if (last.mode !== c.mode || c.v === 0) return false;
      // Two lines over time cannot cross when they are in order at both ends:
      // now, and at the moment the one ahead is gone.
      if (headAt(last, now) + last.w + this.#gap > headAt(c, now)) return false;
      if (headAt(c, this.leaves(last)) < this.exit(c.mode) + EDGE) return false;
    }
    return true;
  }

  /** The block of lanes in which c could set out first, counting only allowed
   * rows that nobody else has claimed.
   * @param {Flight} c @param {number} now @param {(row: {last: Flight|null, until: number}) => boolean} allowed */
  #soonest(c, now, allowed) {
    const n = this.#rows.length;
    const k = Math.min(c.rows, n);
    let best = { lane: -1, ready: Infinity };
    for (let i = 0; i <= n - k; i++) {
      const lane = c.mode === 'bottom' ? n - k - i : i;
      let ready = now;
      for (const row of this.#rows.slice(lane, lane + k)) {
        const free = !row.claim || row.claimed <= now || row.claim === `${c.mode}:${k}`;
        ready = Math.max(ready, free && allowed(row) ? this.#ready(row, c, now) : Infinity);
      }
      if (ready < best.ready) best = { lane, ready };
    }
    return best;
  }

  /** When c could set out in a row. @param {{last: Flight|null, until: number}} row
   * @param {Flight} c @param {number} now */
  #ready(row, c, now) {
    const last = row.last;
    if (!last || row.until <= now) return now;
    if (last.mode !== c.mode || c.v === 0) return row.until;
    const entry = this.entry(c.mode);
    const inside = last.t + (last.m + last.w + this.#gap - entry) / last.v;
    const behind = this.leaves(last) - (this.#width - EDGE) / c.v;
    return Math.max(now, inside, behind);
  }
}
