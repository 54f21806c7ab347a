// The elements of one comment, flying or pinned, and their content.

import { lifted } from './color.js';
import { pictureOf, pieces } from '../shared/emotes.js';
import { emojiRuns, isCJK, needsLight, platformOf } from './text.js';
import { BREAK, wrapped } from './wrap.js';

/**
 * @typedef {object} View
 * @property {HTMLElement} slot ours: position and motion
 * @property {HTMLElement} dm the streamer's: everything visible
 * @property {HTMLElement} text
 * @property {Animation|null} fade runs while it is removed
 *
 * @typedef {object} Style
 * @property {boolean} names show the author's name
 * @property {boolean} [sources] show the platform that it comes from
 * @property {boolean} [lift] lighten dark colours until they are readable
 * @property {number} [wrap] graphemes in a line; 0: one line
 * @property {{owner: string, moderator: string, member: string}} labels
 */

/** @param {string} className of the outer element @returns {View} */
export function makeView(className) {
  const slot = document.createElement('div');
  const dm = document.createElement('div');
  const text = document.createElement('bdi');
  slot.className = className;
  dm.className = 'dm';
  text.className = 'dm-text';
  dm.append(text);
  slot.append(dm);
  return { slot, dm, text, fade: null };
}

/** @param {View} view @param {import('../shared/protocol.js').Comment} c
 * @param {number} count of the comments that it represents @param {Style} style
 * @param {number} [lines] the most lines */
export function writeView(view, c, count, style, lines = 1) {
  const { dm } = view;
  const color = style.lift ? lifted(c.color) : c.color;
  const parts = wrapped(pieces(c.text, c.emotes), style.wrap ?? 0, lines);
  writeText(view.text, parts);
  setData(dm, 'lines', parts.includes(BREAK) ? 'many' : '');
  setData(dm, 'script', isCJK(c.text) ? 'cjk' : '');
  const runs = emojiRuns(c.text);
  setData(dm, 'emoji', runs.every((run) => run.emoji) ? 'only' : '');
  dm.style.setProperty('--dm-color', color);
  setData(dm, 'mode', c.mode);
  setData(dm, 'size', c.size);
  setData(dm, 'source', c.source);
  setData(dm, 'user', c.user);
  setData(dm, 'badge', c.badge);
  setData(dm, 'standing', c.standing ?? '');
  setData(dm, 'paid', c.paid ? String(c.paid.level) : '');
  setData(dm, 'outline', needsLight(color) ? 'light' : '');
  const label = c.badge === 'owner' ? style.labels.owner : c.badge === 'moderator' ? style.labels.moderator : '';
  setPart(view, 'dm-badge', label);
  setPart(view, 'dm-source', style.sources ? platformOf(c.source) : '');
  setPart(view, 'dm-name', style.names ? c.name : '');
  setCount(view, count);
}

/** The text, with pictures in place of their codes. A picture has its space before it
 * is loaded, so nothing moves then.
 * @param {HTMLElement} node @param {ReturnType<typeof pieces>} parts */
export function writeText(node, parts) {
  if (parts.length === 1 && typeof parts[0] === 'string' && !emojiRuns(parts[0]).some((run) => run.emoji)) {
    if (node.childElementCount > 0 || node.textContent !== parts[0]) node.textContent = parts[0];
    return;
  }
  node.replaceChildren(...parts.flatMap((part) => {
    if (part === BREAK) return [document.createElement('br')];
    if (typeof part === 'string') return emojiRuns(part).map(({ text, emoji }) => (emoji ? emojiOf(text) : text));
    return [pictureOf(part, 'dm-emote')];
  }));
}

/** Emoji have their own colours, so they are drawn without an outline. @param {string} text */
function emojiOf(text) {
  const node = document.createElement('span');
  node.className = 'dm-emoji';
  node.textContent = text;
  return node;
}

/** @param {HTMLElement} node @param {string} name @param {string} value */
function setData(node, name, value) {
  if (node.dataset[name] === value) return;
  if (value) node.dataset[name] = value;
  else delete node.dataset[name];
}

/** A part before the text: created when first needed, removed when empty.
 * @param {View} view @param {string} name @param {string} value */
function setPart(view, name, value) {
  let node = view.dm.querySelector(`.${name}`);
  if (!value) return node?.remove();
  if (!node) {
    node = document.createElement('bdi');
    node.className = name;
    view.dm.insertBefore(node, name === 'dm-badge' ? view.dm.firstChild : view.text);
  }
  node.textContent = value;
}

/** Shows how many comments it represents; nothing for one. @param {View} view @param {number} n */
export function setCount(view, n) {
  let node = view.dm.querySelector('.dm-count');
  if (n < 2) return node?.remove();
  if (!node) {
    node = document.createElement('span');
    node.className = 'dm-count';
    view.dm.append(node);
  }
  node.textContent = `×${n}`;
}
