// Brief frames of docs/dev/protocol.md: they leave out the fields that a page
// can compute, and this module fills them in. Pure.

import { parsePosition } from './protocol.js';

/** @typedef {import('./protocol.js').Frame} Frame */

/** The letters of Crockford's base 32, used in ids. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** The epoch of the milliseconds in an id. */
const ID_EPOCH = Date.UTC(2020, 0, 1);

/**
 * When a comment was written, from its id: the first nine characters are 45 bits, of
 * which the upper 42 are milliseconds.
 * @param {unknown} id
 */
export function timeOfId(id) {
  let n = 0;
  for (const letter of String(id).slice(0, 9)) n = n * 32 + LETTERS.indexOf(letter);
  return ID_EPOCH + Math.floor(n / 8);
}

/**
 * Fills in the fields that a brief `events` frame leaves out; a full one stays as it is.
 * @param {Frame} frame
 * @param {string} position the client's own, with the same epoch as the frame
 * @returns {Frame}
 */
export function filledIn(frame, position) {
  if (frame.type !== 'events' || !Array.isArray(frame.events)) return frame;
  let seq = 0;
  const events = frame.events.map((/** @type {any} */ event) => {
    seq = event?.seq ?? seq + 1;
    if (event === null || typeof event !== 'object' || (event.type ?? 'comment') !== 'comment') return event;
    const whole = { type: 'comment', ...event, seq, at: event.at ?? timeOfId(event.id) };
    if (frame.source !== undefined) whole.source ??= frame.source;
    return whole;
  });
  const epoch = parsePosition(position)?.epoch;
  return { ...frame, events, position: frame.position ?? `${epoch}:${seq}` };
}
