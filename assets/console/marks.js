// A comment's text and name with what the rules found in them, and what they were
// before they were masked.

import { el, said } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';
import { cut } from './queue.js';

/**
 * What a comment has for this: spans count in the code points of the text, or of the
 * name with `in_name`, as they are shown.
 * @typedef {{text: string, name: string, user: string, spans?: readonly (readonly number[])[], in_name?: boolean, original?: string, original_name?: string}} Marked
 * @typedef {import('../shared/i18n.js').Words} Words
 */

/** @param {string} text @param {readonly (readonly number[])[]} [spans] @param {string} [more] a class */
export function marked(text, spans, more = '') {
  const box = el('bdi', { dir: 'auto', class: more || null });
  for (const part of cut(text, spans)) box.append(part.hit ? el('mark', {}, part.text) : part.text);
  return box;
}

/** @param {Marked} item @param {string} [more] a class */
export const markedText = (item, more) => marked(item.text, item.in_name ? [] : item.spans, more);

/** @param {Marked} item @param {string} guest what somebody without a name is called */
export const markedName = (item, guest) => (item.in_name && item.name ? marked(item.name, item.spans) : said(nameOf(item, guest)));

/**
 * What was written before a rule masked it; null where nothing was.
 * @param {Marked} item @param {Words} words
 */
export function unmasked({ original = '', original_name: name = '' }, { t }) {
  if (!original && !name) return null;
  return el('span', { class: 'unmasked' }, t('unmasked'), ' ', name && el('b', {}, said(name)), name && original && ' · ', original && said(original));
}
