// Breaks a long comment into lines. Pure.

import { graphemes } from '../shared/protocol.js';

/** @typedef {string|{picture: string, name: string}} Piece */

/** The end of a line. */
export const BREAK = '\n';

/** Characters that must not begin a line. */
const CLOSING = /^[、。，．！？；：）」』】〉》…ー〜,.!?;:)\]}]/u;

/**
 * Breaks a text into lines, at a space if one is near.
 * @param {Piece[]} pieces strings, and pictures that count as one grapheme
 * @param {number} most graphemes in a line; 0: one line
 * @param {number} lines the most lines; longer text gets longer lines
 * @returns {Piece[]} with BREAK at the end of each line
 */
export function wrapped(pieces, most, lines) {
  // No text has more graphemes than code units, so most comments need no counting.
  if (most < 1 || lines < 2 || pieces.reduce((n, piece) => n + (typeof piece === 'string' ? piece.length : 1), 0) <= most) return pieces;
  const units = pieces.flatMap((piece) => /** @type {Piece[]} */ (typeof piece === 'string' ? graphemes(piece) : [piece]));
  if (units.length <= most) return pieces;
  const capacity = Math.max(most, Math.ceil(units.length / lines));
  const even = Math.ceil(units.length / Math.ceil(units.length / capacity));
  /** @type {Piece[]} */ const out = [];
  let from = 0;
  for (let line = 1; line < lines && units.length - from > capacity; line++) {
    const to = breakAt(units, from + even, from + capacity);
    out.push(...units.slice(from, to), BREAK);
    from = to;
  }
  out.push(...units.slice(from));
  return joined(out);
}

/** How far the end of a line may be from the position that makes lines equal. */
const NEAR = 12;

/** The end of a line that would ideally end at wanted: after the nearest blank, else not before a
 * closing mark. @param {Piece[]} units @param {number} wanted @param {number} last the furthest allowed end */
function breakAt(units, wanted, last) {
  const around = Array.from({ length: 2 * NEAR }, (_, i) => wanted + (i % 2 ? -1 : 1) * Math.ceil(i / 2)).filter((at) => at <= last);
  const opens = (/** @type {Piece} */ unit) => typeof unit !== 'string' || !CLOSING.test(unit);
  return around.find((at) => units[at - 1] === ' ') ?? around.find((at) => opens(units[at])) ?? wanted;
}

/** The same units with neighbouring strings joined. @param {Piece[]} units @returns {Piece[]} */
function joined(units) {
  /** @type {Piece[]} */ const out = [];
  for (const unit of units) {
    const last = out[out.length - 1];
    if (typeof unit === 'string' && typeof last === 'string' && unit !== BREAK && last !== BREAK) out[out.length - 1] = last + unit;
    else out.push(unit);
  }
  return out;
}
