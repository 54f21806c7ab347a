// The strip of the picture in which reactions rise: one canvas, drawn 25 times a second from
// pictures of the emoji that are made once. An element for each, moved by the compositor,
// costs four times as much without a graphics card: each is a layer that is blended sixty
// times a second. The canvas is an offscreen one, whose drawings reach the screen without a
// frame of the page, in which Chromium would examine all flying elements. While nothing rises
// there is no canvas.

import { pageFrames } from './frames.js';

/** ms between drawings. */
const FRAME = 40;

/** The strip, and the movement in it, in units of the font size. */
export const WIDE = 7;
export const HIGH = 10;
const SWAY = 0.5;

/** Their sizes, in units of the font size; few, so that few pictures are kept. */
const SIZES = [0.8, 1, 1.2];

/** A picture's side, relative to its emoji: room for a glyph wider than its letter. */
const SIDE = 1.3;
export const EDGE = (SIZES[SIZES.length - 1] * SIDE) / 2;

/** The most pictures kept; a room has at most eight emoji. */
const KEPT = 64;

/**
 * A rising reaction. Positions are in units of the font size.
 * @typedef {object} Riser
 * @property {string} emoji
 * @property {number} size one of SIZES
 * @property {number} begins ms
 * @property {number} lasts ms
 * @property {number} x its middle at the start, from the left
 * @property {number} sway how far aside it goes; to the left when negative
 * @property {number} height how far up
 */

/**
 * A random riser. @param {string} emoji @param {number} begins ms @param {number} lasts ms
 * @param {() => number} random in [0, 1) @returns {Riser}
 */
export function riser(emoji, begins, lasts, random) {
  const side = EDGE + SWAY;
  return {
    emoji, begins, lasts,
    size: SIZES[Math.floor(random() * SIZES.length)],
    x: side + random() * (WIDE - 2 * side),
    sway: (2 * random() - 1) * SWAY,
    height: (HIGH - 2 * EDGE) * (0.75 + random() * 0.25),
  };
}

/**
 * The position of a riser: it grows at first, sways, and fades on the last two fifths.
 * @param {Riser} one @param {number} now ms
 * @returns {{x: number, y: number, grown: number, alpha: number}|null} x and y of its middle
 *   from the left and upper edge; null before it begins and when it is over
 */
export function placeOf(one, now) {
  const part = (now - one.begins) / one.lasts;
  if (part < 0 || part >= 1) return null;
  const grow = Math.min(1, part / 0.12);
  return {
    x: one.x + one.sway * Math.sin(part * 4),
    y: HIGH - EDGE - one.height * part,
    grown: 0.4 + 0.6 * grow,
    alpha: Math.min(grow, (1 - part) / 0.4, 1),
  };
}

export class Strip {
  #box;
  #probe = document.createElement('span');
  /** @type {HTMLCanvasElement|null} */ #canvas = null;
  /** @type {HTMLCanvasElement|OffscreenCanvas|null} what is drawn on */ #surface = null;
  /** @type {CanvasRenderingContext2D|OffscreenCanvasRenderingContext2D|null} */ #context = null;
  /** @type {any} */ #timer = null;
  #asked = 0;
  #running = false;
  #stale = true;
  #letter = 0; // px of the canvas
  #font = '';
  #color = '';
  /** @type {Riser[]} */ #risers = [];
  /** @type {Map<string, HTMLCanvasElement>} */ #pictures = new Map();

  /** @param {HTMLElement} box whose lower right corner it is in */
  constructor(box) {
    this.#box = box;
    // CSS for a reaction sets its size and its font.
    this.#probe.className = 'dm-reaction';
  }

  /** How many rise or are about to. */
  get size() { return this.#risers.length; }

  /** @param {Riser} one its times by performance.now() */
  add(one) {
    this.#risers.push(one);
    if (this.#running) return;
    this.#running = true;
    this.#next();
  }

  /** Sizes, styles or fonts have changed. */
  refresh() { this.#stale = true; }

  clear() {
    clearTimeout(this.#timer);
    pageFrames.cancel(this.#asked);
    this.#running = false;
    this.#risers = [];
    this.#canvas?.remove();
    this.#probe.remove();
    this.#canvas = this.#surface = this.#context = null;
  }

  /** Draws after a delay; at the beginning of a frame if styles must be read, see frames.js. */
  #next() {
    if (this.#canvas && !this.#stale) this.#timer = setTimeout(() => this.#frame(), FRAME);
    else {
      this.#asked = pageFrames.frame(() => {
        this.#measure();
        this.#frame();
      });
    }
  }

  #frame() {
    const now = performance.now();
    this.#risers = this.#risers.filter((one) => now < one.begins + one.lasts);
    if (!this.#risers.length) return this.clear();
    this.#draw(now);
    this.#next();
  }

  #measure() {
    this.#stale = false;
    if (!this.#canvas) {
      this.#canvas = this.#box.appendChild(document.createElement('canvas'));
      this.#surface = this.#canvas.transferControlToOffscreen?.() ?? this.#canvas;
      this.#context = /** @type {CanvasRenderingContext2D|null} */ (this.#surface.getContext('2d'));
    }
    this.#box.append(this.#probe);
    const { fontSize, fontStyle, fontWeight, fontFamily, color } = getComputedStyle(this.#probe);
    const size = parseFloat(fontSize);
    this.#letter = size * devicePixelRatio;
    this.#font = `${fontStyle} ${fontWeight} 1px ${fontFamily}`;
    this.#color = color;
    this.#pictures.clear();
    const surface = this.#surface ?? this.#canvas;
    surface.width = Math.ceil(WIDE * this.#letter);
    surface.height = Math.ceil(HIGH * this.#letter);
    this.#canvas.style.width = `${WIDE * size}px`;
    this.#canvas.style.height = `${HIGH * size}px`;
  }

  /** @param {number} now ms */
  #draw(now) {
    const to = this.#context;
    if (!to) return;
    to.clearRect(0, 0, to.canvas.width, to.canvas.height);
    for (const one of this.#risers) {
      const place = placeOf(one, now);
      if (!place) continue;
      const picture = this.#picture(one.emoji, one.size);
      const side = picture.width * place.grown;
      const left = place.x * this.#letter - side / 2, top = place.y * this.#letter - side / 2;
      to.globalAlpha = place.alpha;
      // At whole pixels and in its own size a picture is copied; otherwise each pixel is
      // interpolated.
      if (place.grown === 1) to.drawImage(picture, Math.round(left), Math.round(top));
      else to.drawImage(picture, left, top, side, side);
    }
  }

  /** @param {string} emoji @param {number} size */
  #picture(emoji, size) {
    const name = `${size} ${emoji}`;
    let picture = this.#pictures.get(name);
    if (picture) return picture;
    if (this.#pictures.size >= KEPT) this.#pictures.clear();
    picture = document.createElement('canvas');
    const px = size * this.#letter;
    picture.width = picture.height = Math.ceil(SIDE * px);
    const context = picture.getContext('2d');
    if (context) {
      context.font = this.#font.replace('1px', `${px}px`);
      context.fillStyle = this.#color;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(emoji, picture.width / 2, picture.height / 2, picture.width);
    }
    this.#pictures.set(name, picture);
    return picture;
  }
}
