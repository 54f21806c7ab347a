// The vocabulary of the wire (docs/dev/protocol.md) and the pure helpers around it.
// Nothing here touches the page or the network.

/** The WebSocket subprotocol that this client speaks. */
export const SUBPROTOCOL = 'danmaku.v1';

/** Every mode of a comment, in the order in which pages offer them. */
export const MODES = /** @type {const} */ (['scroll', 'reverse', 'top', 'bottom']);

/** Every letter height, smallest first. */
export const SIZES = /** @type {const} */ (['small', 'medium', 'big']);

/** The default colours of look.md; each is readable on the overlay's outline. */
export const COLORS = ['#ffffff', '#ff6b5e', '#ffc24a', '#fff16b', '#66e0ff', '#ff9bd2', '#b6f25c', '#9db2ff'];

/** Codes of refusals and errors. */
export const CODES = /** @type {const} */ ([
  'bad_frame', 'empty', 'too_long', 'bad_style', 'room_closed', 'room_paused', 'muted', 'banned',
  'slow_down', 'duplicate', 'refused', 'busy', 'not_found', 'not_allowed', 'expired', 'changed', 'taken', 'voted', 'not_live', 'internal',
]);

/** Close codes that the client distinguishes. */
export const CLOSE = { done: 1000, full: 1013, key: 4001, banned: 4003, slow: 4008 };

/** The most bytes of a frame from a client. */
export const MAX_FRAME = 4096;

/** The most graphemes of a name. */
export const MAX_NAME = 20;

/** The most bytes of a text, whatever length the room allows. */
export const MAX_TEXT_BYTES = 1024;

/** The most bytes of a name: one letter can carry many marks. */
export const MAX_NAME_BYTES = MAX_TEXT_BYTES / 4;

/**
 * @typedef {'audience'|'overlay'|'console'} Role
 *
 * @typedef {object} Comment a comment on the screens; see withDefaults
 * @property {string} id
 * @property {number} at ms since 1970
 * @property {string} text
 * @property {string} mode
 * @property {string} color "#rrggbb"
 * @property {string} size
 * @property {string} name
 * @property {string} user pseudonym, stable within the room
 * @property {string} badge "" | owner | moderator
 * @property {string} source
 * @property {{amount: number, currency: string, level: number}} [paid]
 * @property {string} [standing] of the author on the platform: member | moderator | broadcaster
 * @property {{from: number, to: number, name: string, picture?: string}[]} [emotes]
 * @property {string} [item] the list of questions that it belongs to, or the wall of its photo
 * @property {{path: string, width: number, height: number}} [photo]
 * @property {number} [seq]
 * @property {string} [rule] for the console: the rule that held or refused it
 * @property {string} [detail]
 * @property {string} [reason] the code of detail
 * @property {string} [form] the reading of the text that matched
 *
 * @typedef {object} Room
 * @property {string} id
 * @property {string} title
 * @property {'open'|'paused'|'closed'} state
 * @property {string} [review]
 * @property {number} [slow_ms]
 * @property {number} [max_length] graphemes
 * @property {boolean} [secret] phones need a key to enter
 * @property {string[]} [modes]
 * @property {string[]} [colors] empty: any
 * @property {string[]} [sizes]
 * @property {string} [message]
 * @property {number} [delay_ms]
 * @property {string} [newcomers]
 * @property {string} [staff_names] 'open', otherwise held
 * @property {string} [spelled_together] 'held', otherwise open
 * @property {string[]} [languages_off] codes of languages whose entries are off
 * @property {boolean} [second_opinion] comments are sent to a service that the operator runs
 * @property {boolean} [overlay_hidden] overlays draw nothing
 * @property {boolean} [webhooks] comments are sent to an address of the owner
 * @property {string} [links]
 * @property {string[]} [phrases]
 * @property {Record<string, string>} [look]
 * @property {string[]} [reactions] emoji to react with; empty: people cannot react
 * @property {number} [emotes] how many emotes the room has
 *
 * @typedef {object} Hello
 * @property {number} version
 * @property {number} time ms, the server's clock
 * @property {string} position
 * @property {Role} role
 * @property {Room} room
 * @property {{id: string, name?: string, wait_ms?: number, muted_until?: number, token?: string, ticket?: string, ticket_ms?: number, warnings?: {id: string, text?: string, ready?: string, at: number}[], took?: Record<string, string[]>}} [user] `warnings` are the unread ones, `took` holds the person's choices in live items, by item
 * @property {boolean} resumed
 * @property {Comment[]} recent
 * @property {Comment} [pin] the pinned comment
 * @property {{state: 'none'|'hidden'|'on', shown_ms?: number}} [on_air] what the room's overlays do; for the audience
 * @property {import('./items.js').Item[]} [items] what is shown besides comments
 * @property {string[]} [addresses] origins of other machines that serve the room, too
 *
 * @typedef {{type: string} & Record<string, any>} Frame
 */

/**
 * The address of a room's socket, wss under https. The page's own host is used first, so
 * that the address works behind any proxy.
 * @param {{protocol: string, host: string}} location of the page, or of another machine
 * @param {string} room
 * @param {Role} role
 * @param {string} [key] of the overlay or secret-audience link
 * @param {string} [since] the position to resume after
 * @param {string} [token] the temporary identity if cookies are blocked
 * @param {number} [lines] how many comments an overlay's list begins with, whatever their age
 * @param {string} [ticket] identifies the person at a machine other than the page's own
 */
export function socketUrl(location, room, role, key = '', since = '', token = '', lines = 0, ticket = '') {
  const query = new URLSearchParams({ role, brief: '1' });
  if (key) query.set('key', key);
  if (since) query.set('since', since);
  if (token) query.set('token', token);
  if (lines) query.set('lines', String(lines));
  if (ticket) query.set('ticket', ticket);
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${location.host}/api/rooms/${encodeURIComponent(room)}/socket?${query}`;
}

/**
 * Fills in the fields of a comment that the wire leaves out.
 * @param {Record<string, any>} raw
 * @returns {Comment}
 */
export function withDefaults(raw) {
  const comment = { mode: 'scroll', color: '#ffffff', size: 'medium', name: '', user: '', badge: '', source: 'audience', ...raw };
  return /** @type {Comment} */ (/** @type {unknown} */ (comment));
}

/**
 * Reads a frame from text; null if it is not a JSON object with a type.
 * @param {unknown} text
 * @returns {Frame|null}
 */
export function parseFrame(text) {
  if (typeof text !== 'string') return null;
  try {
    const frame = JSON.parse(text);
    return frame !== null && typeof frame === 'object' && typeof frame.type === 'string' ? frame : null;
  } catch {
    return null;
  }
}

/**
 * Parses a position "EPOCH:SEQ"; null for anything else.
 * @param {unknown} position
 * @returns {{epoch: string, seq: number}|null}
 */
export function parsePosition(position) {
  if (typeof position !== 'string') return null;
  const colon = position.indexOf(':');
  const seq = Number(position.slice(colon + 1));
  if (colon < 1 || !/^\d+$/.test(position.slice(colon + 1)) || !Number.isSafeInteger(seq)) return null;
  return { epoch: position.slice(0, colon), seq };
}

const segmenter = typeof Intl !== 'undefined' && 'Segmenter' in Intl ? new Intl.Segmenter() : null;

/**
 * Splits a text into graphemes (UAX #29), as the server
 * counts them. Without Intl.Segmenter (Firefox before 125) code points joined
 * with their marks, joiners and modifiers come close.
 * @param {string} text
 * @returns {string[]}
 */
export function graphemes(text) {
  if (segmenter) return Array.from(segmenter.segment(text), (s) => s.segment);
  return text.match(/\p{RI}\p{RI}|.(?:[\p{M}\p{Emoji_Modifier}\u{E0020}-\u{E007F}]|\u200D.)*/gsu) ?? [];
}

/** A text as the server keeps it: without blanks at the ends, runs of blanks become one. @param {string} text */
const tidy = (text) => text.normalize('NFC').trim().replace(/\s+/gu, ' ');

/** The length of a text as the server counts it. @param {string} text */
export const lengthOf = (text) => graphemes(tidy(text)).length;

/** @param {string} text */
export const bytesOf = (text) => new TextEncoder().encode(text).length;

/** Whether a text has more bytes than the server accepts, whatever its length. @param {string} text */
export const tooHeavy = (text) => bytesOf(tidy(text)) > MAX_TEXT_BYTES;

/** Shortens a name to what the server accepts. @param {string} name */
export function nameToSend(name) {
  const letters = graphemes(tidy(name)).slice(0, MAX_NAME);
  while (bytesOf(letters.join('')) > MAX_NAME_BYTES) letters.pop();
  return letters.join('').trim();
}
