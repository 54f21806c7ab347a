// The items on the stage, and the stage's dimensions. Pure.

import { QUEUE_WAIT, rank } from './queue.js';
import { LEAST, WAIT } from './standing.js';
import { soundColor, withoutEmoji } from './text.js';
import { moves } from './travel.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/**
 * @typedef {object} Start
 * @property {number} began when it would have started if the stage had been visible, ms;
 * Infinity: it starts when it finds a lane
 * @property {number} maxWait how long it waits for a lane, ms
 * @property {boolean} live whether the stage was visible when it came
 *
 * @typedef {import('./renderer.js').Drawn & import('./queue.js').Waiting & import('./dedupe.js').Member & Start} Item
 */

const MODES = ['scroll', 'reverse', 'top', 'bottom'];
const SIZES = ['small', 'medium', 'big'];

/** A lane's height, relative to a medium line's. */
const PITCH = 1.2;

/** The smallest gap between two comments, relative to a medium line's height. */
const GAP = 0.4;

/** The comment in a drawable form: unknown modes, sizes and colours become the default. Null
 * if there is nothing to draw.
 * @param {Comment} raw @param {boolean} emoji whether they are shown @returns {Comment|null} */
export function sound(raw, emoji) {
  const text = (emoji ? raw.text : withoutEmoji(raw.text)).trim();
  if (text === '') return null;
  return {
    ...raw, text, emotes: text === raw.text ? raw.emotes : undefined, color: soundColor(raw.color),
    mode: MODES.includes(raw.mode) ? raw.mode : 'scroll', size: SIZES.includes(raw.size) ? raw.size : 'medium',
  };
}

/** Creates an item that waits for its lane.
 * @param {Comment} c @param {string} key of equal comments @param {{from: number, crossing:
 * number, apart: boolean}} wait from is when it begins to wait, ms; crossing is ms; apart
 * means that standing comments take lanes from flying ones
 * @returns {Item} */
export function newItem(c, key, { from, crossing, apart }) {
  const stands = !moves(c.mode) && !apart;
  // Comments with a badge, or that need a lane of another kind to drain, wait longer. A
  // standing one waits until the previous one can make room.
  const maxWait = c.badge !== '' || (c.mode !== 'scroll' && !stands) ? Math.max(QUEUE_WAIT, crossing) : stands ? WAIT + LEAST : QUEUE_WAIT;
  return {
    parts: [c], key, rank: rank(c.badge), late: from + maxWait, maxWait, stands, began: Infinity, live: true,
    mode: /** @type {any} */ (c.mode), w: 0, h: 0, rows: 1, t: 0, m: 0, v: 0, until: 0, lane: -1, y: 0, view: null,
  };
}

/** The dimensions that follow from the page's and the options.
 * @param {{width: number, height: number, line: number, count: number, picture?: {width:
 * number, height: number}}} box of the renderer, px; the picture contains the stage
 * @param {Pick<import('../shared/options.js').Options, 'area'|'region'|'size'|'lanes'>} options
 */
export function measureLanes(box, { area, region, size, lanes }) {
  const pitch = Math.max(1, Math.round(PITCH * (box.line || 1.25 * size)));
  // Half a pixel of tolerance: 0.3 of 1080 is 324.00000000000006 or a little less.
  const fit = Math.max(1, Math.floor((box.height * area + 0.5) / pitch));
  const rows = lanes ? Math.min(fit, lanes) : fit;
  const top = region === 'bottom' ? Math.max(0, Math.floor(box.height - rows * pitch)) : 0;
  return { ...box, pitch, rows, top, gap: Math.ceil(box.line * GAP) };
}

/** The lanes covered by an element on the stage. A pixel on either side keeps text from
 * touching it.
 * @param {{top: number, pitch: number, rows: number}} box
 * @param {{top: number, bottom: number}|null} at px, null: no element
 * @returns {number[]} */
export function covered({ top, pitch, rows }, at) {
  if (!at) return [];
  return Array.from({ length: rows }, (_, i) => i).filter((i) => (
    top + i * pitch < at.bottom + 1 && top + (i + 1) * pitch > at.top - 1));
}
