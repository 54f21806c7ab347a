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
  /** @type {{last: Flight|null, until: number, claim: string, claimed: number, shut: boolean}[]} */
  #rows = [];
  #width = 0;
  #gap = 0;

  /** @param {{width: number, rows: number, gap: number, shut?: number[]}} size shut are lanes that
   * nobody may use */
  constructor({ width, rows, gap, shut = [] }) {
    this.#width = width;
    this.#gap = gap;
    for (let i = 0; i < Math.max(1, rows); i++) {
      this.#rows.push({ last: null, until: -Infinity, claim: '', claimed: -Infinity, shut: shut.includes(i) });
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
   * The first lane in which c can be from now on, or -1.
   * @param {Flight} c @param {number} now
   */
  find(c, now) {
    const k = Math.min(c.rows, this.#rows.length);
    return this.#order(c).find((lane) => this.#fits(c, lane, k, now)) ?? -1;
  }

  /** The lane in which c would overlap least, for those who allow overlap.
   * @param {Flight} c @param {number} now */
  least(c, now) {
    return this.soonest(c, now).lane;
  }

  /** Where and when c could set out first from a time on, which may lie in the past:
   * the lane, -1 when all are shut or claimed, and the moment.
   * @param {Flight} c @param {number} from */
  soonest(c, from) {
    return this.#soonest(c, from, () => true);
  }

  /** Puts c into a lane that find, least or soonest gave.
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
   * Gives flying comments lanes anew, after a change of size, pitch, fonts or
   * shut lanes: each keeps its way and speed, and its lane where it can. Those
   * who cannot go wherever a lane has a gap for them, so that the others need
   * not move. Returns those for whom there is no place without overlap.
   * @template {Flight} T
   * @param {T[]} flights @param {number} now
   * @returns {T[]}
   */
  adopt(flights, now) {
    /** @type {T[]} */
    const placed = [], homeless = [];
    const flying = [...flights].sort((a, b) => a.t - b.t);
    for (const c of flying) if (c.v > 0) c.until = this.leaves(c);
    const settled = flying.filter((c) => c.until > now && this.#settle(c, [c.lane], placed, now));
    for (const c of flying) {
      if (c.until > now && !settled.includes(c) && !this.#settle(c, this.#order(c), placed, now)) homeless.push(c);
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
    return this.#rows.map((r) => (r.shut ? 'shut' : r.until > now ? (r.last?.mode ?? '') : r.claimed > now && r.claim ? 'claimed' : ''));
  }

  /** The lanes that c can begin at, in the order in which they are tried.
   * @param {Flight} c */
  #order(c) {
    const last = this.#rows.length - Math.min(c.rows, this.#rows.length);
    return Array.from({ length: last + 1 }, (_, i) => (c.mode === 'bottom' ? last - i : i));
  }

  /** Puts c into the first of some lanes in which it overlaps none of those
   * placed, be it between two of them. @template {Flight} T
   * @param {T} c @param {number[]} lanes @param {T[]} placed c joins them @param {number} now
   * @returns {boolean} whether there was one */
  #settle(c, lanes, placed, now) {
    const n = this.#rows.length;
    const k = Math.min(c.rows, n);
    const others = placed.filter((p) => !this.#apart(c, p, now));
    const lane = lanes.find((i) => i >= 0 && i <= n - k && this.#rows.slice(i, i + k).every((r) => !r.shut)
      && others.every((p) => p.lane >= i + k || p.lane + Math.min(p.rows, n) <= i)) ?? -1;
    if (lane < 0) return false;
    const rows = this.#rows.slice(lane, lane + k);
    const before = rows.map((row) => row.last);
    this.take(c, lane);
    rows.forEach((row, i) => { // a lane remembers whoever is the farthest behind
      const last = before[i];
      if (last && headAt(last, now) > headAt(c, now)) row.last = last;
    });
    placed.push(c);
    return true;
  }

  /** Whether two flights can share a lane from now on. @param {Flight} a @param {Flight} b @param {number} now */
  #apart(a, b, now) {
    if (a.mode !== b.mode || a.v === 0) return false;
    const [ahead, behind] = headAt(a, now) < headAt(b, now) ? [a, b] : [b, a];
    return this.#follows(ahead, behind, now);
  }

  /** Whether a mover stays behind another: two lines over time cannot cross when
   * they are in order at both ends, now and when the one ahead is gone.
   * @param {Flight} ahead @param {Flight} behind @param {number} now */
  #follows(ahead, behind, now) {
    return headAt(ahead, now) + ahead.w + this.#gap <= headAt(behind, now)
      && headAt(behind, this.leaves(ahead)) >= this.exit(behind.mode) + EDGE;
  }

  /** @param {Flight} c @param {number} lane @param {number} k @param {number} now */
  #fits(c, lane, k, now) {
    for (let i = lane; i < lane + k; i++) {
      const row = this.#rows[i];
      if (row.shut) return false;
      if (row.claim && row.claimed > now && row.claim !== `${c.mode}:${k}`) return false;
      if (row.until <= now) continue;
      const last = /** @type {Flight} */ (row.last);
      if (last.mode !== c.mode || c.v === 0) return false;
      if (!this.#follows(last, c, now)) return false;
    }
    return true;
  }

  /** The block of lanes in which c could set out first, counting only allowed
   * rows that nobody else has claimed.
   * @param {Flight} c @param {number} now @param {(row: {last: Flight|null, until: number}) => boolean} allowed */
  #soonest(c, now, allowed) {
    const k = Math.min(c.rows, this.#rows.length);
    let best = { lane: -1, ready: Infinity };
    for (const lane of this.#order(c)) {
      let ready = now;
      for (const row of this.#rows.slice(lane, lane + k)) {
        const free = !row.shut && (!row.claim || row.claimed <= now || row.claim === `${c.mode}:${k}`);
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
