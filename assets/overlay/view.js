// The elements of one comment, flying or pinned, and what is written into them.

import { needsLight } from './text.js';

/**
 * @typedef {object} View
 * @property {HTMLElement} slot ours: place and motion
 * @property {HTMLElement} dm the streamer's: everything that is seen
 * @property {HTMLElement} text
 * @property {Animation|null} motion
 *
 * @typedef {object} Style
 * @property {boolean} names show who wrote
 * @property {{owner: string, moderator: string}} labels
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
  return { slot, dm, text, motion: null };
}

/** @param {View} view @param {import('../shared/protocol.js').Comment} c
 * @param {number} count of the comments it stands for @param {Style} style */
export function writeView(view, c, count, style) {
  const { dm } = view;
  if (view.text.textContent !== c.text) view.text.textContent = c.text;
  dm.style.setProperty('--dm-color', c.color);
  setData(dm, 'mode', c.mode);
  setData(dm, 'size', c.size);
  setData(dm, 'source', c.source);
  setData(dm, 'user', c.user);
  setData(dm, 'badge', c.badge);
  setData(dm, 'outline', needsLight(c.color) ? 'light' : '');
  const label = c.badge === 'owner' ? style.labels.owner : c.badge === 'moderator' ? style.labels.moderator : '';
  setPart(view, 'dm-badge', label);
  setPart(view, 'dm-name', style.names ? c.name : '');
  setCount(view, count);
}

/** @param {HTMLElement} node @param {string} name @param {string} value */
function setData(node, name, value) {
  if (node.dataset[name] === value) return;
  if (value) node.dataset[name] = value;
  else delete node.dataset[name];
}

/** A part before the text: made when first needed, gone when empty.
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

/** Says how many it stands for; nothing for one. @param {View} view @param {number} n */
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
