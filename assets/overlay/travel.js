// How comments travel over the screen, and when two of them can share a lane.
// Pure: every call gets the time (stage milliseconds).
//
// Movers are described in travel coordinates, in which every comment moves
// towards smaller numbers: for `scroll` that is the screen's own x, for
// `reverse` it is the mirror image of it (m = -x of the right edge). So there
// is one rule for both: comments enter at `entry` and leave at `exit`.

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

/** @param {string} mode */
export const moves = (mode) => mode === 'scroll' || mode === 'reverse';

/** Where the head of a mover is at a time, in travel coordinates.
 * @param {Flight} c @param {number} at */
export const headAt = (c, at) => c.m - c.v * (at - c.t);

/** The slowest and the fastest that comments fly, px a second in a picture of 1080 lines. */
export const SPEED = { least: 160, most: 420 };

/** ms in which a comment crosses the picture by default. */
const ACROSS = 9000;

/** The speed of every comment, px per ms. It grows with the picture, and stays within bounds:
 * the picture's shorter side counts, and one that is lower than 32:9 as if it were so high.
 * @param {{width: number, height: number}} picture px
 * @param {number} pace px a second in a picture of 1080 lines; 0: the picture's width in nine seconds */
export function speed({ width, height }, pace) {
  const scale = Math.max(Math.min(width, height), (width * 9) / 32, 1) / 1080;
  const wanted = pace ? pace * scale : (width * 1000) / ACROSS;
  return Math.min(SPEED.most * scale, Math.max(SPEED.least * scale, wanted)) / 1000;
}

/** The way across a screen of one width. */
export class Travel {
  #width; #gap;

  /** @param {number} width px of the screen @param {number} gap px between two comments in one lane */
  constructor(width, gap) {
    this.#width = width;
    this.#gap = gap;
  }

  get width() {
    return this.#width;
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

  /** Whether two flights can share a lane from now on. @param {Flight} a @param {Flight} b @param {number} now */
  apart(a, b, now) {
    if (a.mode !== b.mode || a.v === 0) return false;
    const [ahead, behind] = headAt(a, now) < headAt(b, now) ? [a, b] : [b, a];
    return this.follows(ahead, behind, now);
  }

  /** Whether a mover stays behind another: two lines over time cannot cross when
   * they are in order at both ends, now and when the one ahead is gone.
   * @param {Flight} ahead @param {Flight} behind @param {number} now */
  follows(ahead, behind, now) {
    return headAt(ahead, now) + ahead.w + this.#gap <= headAt(behind, now)
      && headAt(behind, this.leaves(ahead)) >= this.exit(behind.mode) + EDGE;
  }

  /** When a mover can set out behind another of its mode, not before now.
   * @param {Flight} ahead @param {Flight} c @param {number} now */
  behind(ahead, c, now) {
    const inside = ahead.t + (ahead.m + ahead.w + this.#gap - this.entry(c.mode)) / ahead.v;
    const clear = this.leaves(ahead) - (this.#width - EDGE) / c.v;
    return Math.max(now, inside, clear);
  }
}
