// How comments travel over the screen, and when two of them can share a lane.
// Pure: every call gets the time (stage milliseconds).
//
// Moving comments are described in travel coordinates, in which every comment moves
// towards smaller numbers: for `scroll` that is the screen's own x, for
// `reverse` it is its mirror image (m = -x of the right edge). So there
// is one rule for both modes: comments enter at `entry` and leave at `exit`.

/**
 * What the lanes need to know about a comment. Lengths in CSS pixels, times in ms.
 * @typedef {object} Flight
 * @property {'scroll'|'reverse'|'top'|'bottom'} mode
 * @property {number} w width
 * @property {number} rows how many lanes high it is
 * @property {number} t when it started
 * @property {number} m where its head was then, in travel coordinates
 * @property {number} v speed, pixels per ms; 0 for top and bottom
 * @property {number} until when it will have left
 * @property {number} lane its first lane, -1 if it has none
 */

/** Pixels that remain between two comments when the first one leaves. They cover
 * the whole-pixel steps of the motion, which show a position up to one and a half pixels late. */
export const EDGE = 4;

/** @param {string} mode */
export const moves = (mode) => mode === 'scroll' || mode === 'reverse';

/** Where the head of a mover is at a time, in travel coordinates.
 * @param {Flight} c @param {number} at */
export const headAt = (c, at) => c.m - c.v * (at - c.t);

/** The lowest and the highest speed of comments, px a second in a picture of 1080 lines. */
export const SPEED = { least: 160, most: 420 };

/** ms that a comment needs to cross the picture by default. */
const ACROSS = 9000;

/** The speed of every comment, px per ms. It grows with the picture, and stays within limits:
 * the picture's shorter side counts, and a picture flatter than 32:9 counts as 32:9 high.
 * @param {{width: number, height: number}} picture px
 * @param {number} pace px a second in a picture of 1080 lines; 0: the picture's width in nine seconds */
export function speed({ width, height }, pace) {
  const scale = Math.max(Math.min(width, height), (width * 9) / 32, 1) / 1080;
  const wanted = pace ? pace * scale : (width * 1000) / ACROSS;
  return Math.min(SPEED.most * scale, Math.max(SPEED.least * scale, wanted)) / 1000;
}

/** The path across a screen of one width. */
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

  /** Travel coordinate at which movers of this mode enter.
   * @param {string} mode */
  entry(mode) {
    return mode === 'reverse' ? 0 : this.#width;
  }

  /** Travel coordinate at which they have left completely.
   * @param {string} mode */
  exit(mode) {
    return this.entry(mode) - this.#width;
  }

  /** When a mover will have left this width, whatever width it started on.
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
   * they are in order at both ends: now, and when the one ahead has left.
   * @param {Flight} ahead @param {Flight} behind @param {number} now */
  follows(ahead, behind, now) {
    return headAt(ahead, now) + ahead.w + this.#gap <= headAt(behind, now)
      && headAt(behind, this.leaves(ahead)) >= this.exit(behind.mode) + EDGE;
  }

  /** When a mover can start behind another of its mode, at the earliest now.
   * @param {Flight} ahead @param {Flight} c @param {number} now */
  behind(ahead, c, now) {
    const inside = ahead.t + (ahead.m + ahead.w + this.#gap - this.entry(c.mode)) / ahead.v;
    const clear = this.leaves(ahead) - (this.#width - EDGE) / c.v;
    return Math.max(now, inside, clear);
  }
}
