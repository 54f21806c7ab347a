// Brief frames of docs/dev/protocol.md: what a page can tell by itself is left out of
// them, and is filled in here. Pure.

import { parsePosition } from './protocol.js';

/** @typedef {import('./protocol.js').Frame} Frame */

/** The letters of Crockford's base 32, in which an id is written. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** When the milliseconds of an id begin. */
const ID_EPOCH = Date.UTC(2020, 0, 1);

/**
 * When a comment was written, by its id: the first nine characters are 45 bits, of
 * which the upper 42 are milliseconds.
 * @param {unknown} id
 */
export function timeOfId(id) {
  let n = 0;
  for (const letter of String(id).slice(0, 9)) n = n * 32 + LETTERS.indexOf(letter);
  return ID_EPOCH + Math.floor(n / 8);
}

/**
 * An `events` frame with what a brief one leaves out; a full one stays as it is.
 * @param {Frame} frame
 * @param {string} position the client's own, whose epoch is the frame's
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
