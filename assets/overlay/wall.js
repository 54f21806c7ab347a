// The photos of a wall in rows behind the comments, for a second screen if its address
// contains `wall=1`. The newest comes first; photos that cannot be shown are left out.

import { atMachine } from '../shared/machine.js';
import { line, write } from './show-node.js';

/** The most photos on the wall. */
export const MOST = 30;

/** The share of a photo that may be cut off so that its row is filled: its place may differ in width from it by this. */
const CUT = 1.3;

/** @typedef {{x: number, y: number, w: number, h: number}} Place in px */

/** Consecutive rows of about equal length; null if one would be empty. @param {number[]} shapes widths to heights @param {number} rows */
function splitRows(shapes, rows) {
  const whole = shapes.reduce((sum, shape) => sum + shape, 0);
  /** @type {number[][]} */ const out = Array.from({ length: rows }, () => []);
  let before = 0;
  for (const shape of shapes) {
    out[Math.min(rows - 1, Math.floor((before + shape / 2) / whole * rows))].push(shape);
    before += shape;
  }
  return out.every((row) => row.length > 0) ? out : null;
}

/**
 * Places for photos in a box, in rows, with a gap between them. Photos keep their shape as
 * well as the rows allow, and lose at most the share CUT.
 * @param {number[]} shapes widths to heights @param {number} w @param {number} h @param {number} gap @returns {Place[]}
 */
export function places(shapes, w, h, gap) {
  if (w <= 0 || h <= 0) return shapes.map(() => ({ x: 0, y: 0, w: 0, h: 0 }));
  /** @type {number[][]} */ let best = [shapes];
  let least = Infinity, high = h;
  for (let rows = 1; rows <= shapes.length; rows++) {
    const parts = splitRows(shapes, rows), height = (h - gap * (rows - 1)) / rows;
    if (!parts || height <= 0) continue;
    const off = Math.max(...parts.map((row) => Math.abs(Math.log((w - gap * (row.length - 1)) / (height * row.reduce((a, b) => a + b, 0))))));
    if (off < least) [least, best, high] = [off, parts, height];
  }
  return best.flatMap((row, i) => {
    const free = w - gap * (row.length - 1), sum = row.reduce((a, b) => a + b, 0);
    const stretch = Math.min(CUT, free / (high * sum)); // of each width
    const tall = Math.min(high, free / sum * CUT);
    let x = (free - sum * high * stretch) / 2;
    return row.map((shape) => {
      const place = { x, y: i * (high + gap) + (high - tall) / 2, w: shape * high * stretch, h: tall };
      x += place.w + gap;
      return place;
    });
  });
}

/** @typedef {{id: string, path: string, width: number, height: number, text?: string, name?: string}} Photo */

/** The caption of a photo. @param {Photo} photo */
export const captionOf = ({ text = '', name = '' }) => [name, text].filter(Boolean).join(' · ');

/** The picture of a photo, hidden until it is loaded. @param {string} path @param {() => void} gone */
export function pictureOf(path, gone) {
  const image = document.createElement('img');
  image.className = 'dm-photo-picture';
  image.alt = '';
  image.decoding = 'async';
  image.addEventListener('load', () => image.classList.add('dm-photo-there'));
  image.addEventListener('error', gone);
  image.src = atMachine(path);
  return image;
}

export class Wall {
  /** @type {Map<string, HTMLElement>} */ #tiles = new Map();
  /** @type {Set<string>} those that failed to load */ #failed = new Set();
  /** @type {Photo[]} */ #list = [];
  node = line('div', 'dm-wall');

  constructor() {
    this.node.hidden = true;
    new ResizeObserver(() => this.#arrange()).observe(this.node);
  }

  /** @param {import('../shared/items.js').Item|undefined} item the wall that is live */
  draw(item) {
    const list = this.#list = /** @type {Photo[]} */ (item?.result?.newest ?? []).filter(({ path }) => !this.#failed.has(path)).slice(0, MOST);
    const known = new Set(list.map(({ id }) => id));
    for (const [id, tile] of this.#tiles) {
      if (known.has(id)) continue;
      tile.remove();
      this.#tiles.delete(id);
    }
    list.forEach((photo, i) => {
      let tile = this.#tiles.get(photo.id);
      if (!tile) this.#tiles.set(photo.id, tile = this.#tile(photo, () => { this.#failed.add(photo.path); this.draw(item); }));
      if (this.node.children[i] !== tile) this.node.insertBefore(tile, this.node.children[i] ?? null);
    });
    this.node.hidden = list.length === 0;
    this.#arrange();
  }

  /** @param {Photo} photo @param {() => void} gone */
  #tile(photo, gone) {
    const caption = line('bdi', 'dm-photo-caption');
    caption.hidden = captionOf(photo) === '';
    write(caption, captionOf(photo));
    return line('div', 'dm-photo-tile', pictureOf(photo.path, gone), caption);
  }

  #arrange() {
    const { clientWidth, clientHeight } = this.node;
    const gap = Math.round(Math.min(clientWidth, clientHeight) / 108);
    const shapes = this.#list.map(({ width, height }) => Math.min(4, Math.max(1 / 4, width / height || 1)));
    places(shapes, clientWidth - 2 * gap, clientHeight - 2 * gap, gap).forEach((place, i) => {
      const tile = this.#tiles.get(this.#list[i].id);
      if (tile) Object.assign(tile.style, { left: `${place.x + gap}px`, top: `${place.y + gap}px`, width: `${place.w}px`, height: `${place.h}px` });
    });
  }
}
