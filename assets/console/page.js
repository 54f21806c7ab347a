// What the pages beside the live one have in common.

import { el } from '../shared/dom.js';

/**
 * Fills a page with its heading and gives the box for the rest.
 * @param {HTMLElement} host @param {string} title @param {string} lead @param {string} [more] a class
 */
export function frame(host, title, lead, more = '') {
  const box = el('div', { class: `page-in ${more}` }, el('h2', { tabindex: '-1' }, title), el('p', { class: 'page-lead' }, lead));
  host.replaceChildren(box);
  return box;
}

/** @param {number} at ms @param {string} lang */
export const when = (at, lang) => new Date(at).toLocaleString(lang, { dateStyle: 'short', timeStyle: 'medium' });

/**
 * Calls fn when nothing was typed for a while.
 * @param {() => void} fn @param {number} ms @returns {() => void}
 */
export function later(fn, ms) {
  /** @type {any} */ let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(fn, ms);
  };
}

/**
 * A switch with its word.
 * @param {string} text @param {boolean} on @param {(on: boolean) => void} act
 */
export function toggle(text, on, act) {
  const input = el('input', { type: 'checkbox', role: 'switch' });
  input.checked = on;
  input.addEventListener('change', () => act(input.checked));
  return el('label', { class: 'toggle' }, input, el('i', { 'aria-hidden': 'true' }), el('span', {}, text));
}
