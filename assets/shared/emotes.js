// Emotes in a text: pictures of this server that replace a part of it.

import { atMachine } from './machine.js';

/** @typedef {{text: string, emotes?: import('./protocol.js').Comment['emotes']}} Said */

/** A text cut at its emotes that have a picture on this server: strings, and pictures with
 * the names that they replace. Emotes count in code points.
 * @param {string} text @param {Said['emotes']} emotes
 * @returns {(string|{picture: string, name: string})[]} */
export function pieces(text, emotes = []) {
  const shown = emotes.filter((e) => /^\/emotes\/[0-9a-f]{32}$/.test(e.picture ?? ''));
  if (shown.length === 0) return [text];
  const points = Array.from(text);
  /** @type {ReturnType<typeof pieces>} */ const out = [];
  let at = 0;
  for (const { from, to, name, picture = '' } of shown) {
    if (from < at || to <= from || to > points.length) continue;
    if (from > at) out.push(points.slice(at, from).join(''));
    out.push({ picture, name: name || points.slice(from, to).join('') });
    at = to;
  }
  if (at < points.length) out.push(points.slice(at).join(''));
  return out;
}

/** An emote's picture, replaced by its name if it no longer loads.
 * @param {{picture: string, name: string}} piece @param {string} className */
export function pictureOf({ picture, name }, className) {
  const img = document.createElement('img');
  img.className = className;
  img.alt = name;
  img.addEventListener('error', () => img.replaceWith(name), { once: true });
  img.src = atMachine(picture);
  return img;
}

/** A text with its emotes, in its own direction. @param {Said} comment */
export function drawn({ text, emotes }) {
  const box = document.createElement('bdi');
  box.dir = 'auto';
  box.append(...pieces(text, emotes).map((piece) => {
    if (typeof piece === 'string') return piece;
    const img = pictureOf(piece, 'emote');
    img.title = piece.name;
    return img;
  }));
  return box;
}
