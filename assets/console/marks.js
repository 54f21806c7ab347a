// A comment's text and name with the rules' matches, and their originals before masking.

import { el, said } from '../shared/dom.js';
import { drawn } from '../shared/emotes.js';
import { nameOf } from '../shared/names.js';
import { layered } from './cut.js';
import { placesOf, placesOfAny } from './hits.js';

/**
 * The fields of a comment for this: spans count in the code points of the displayed text, or
 * of the name with `in_name`.
 * @typedef {{text: string, name: string, user: string, spans?: readonly (readonly number[])[], in_name?: boolean, original?: string, original_name?: string, emotes?: import('../shared/protocol.js').Comment['emotes'], photo?: {path: string, width: number, height: number}, status?: string}} Marked
 * @typedef {import('../shared/i18n.js').Words} Words
 */

/**
 * A moderator's searches besides the rules' matches.
 * @typedef {{find: string, words: readonly string[]}} Search find is the search, words are always marked
 */

/** @param {string} text @param {readonly (readonly number[])[]} [spans] @param {string} [more] a class @param {Search} [search] */
export function marked(text, spans = [], more = '', search) {
  const box = el('bdi', { dir: 'auto', class: more || null });
  const layers = [{ kind: 'find', spans: placesOf(text, search?.find ?? '') }, { kind: 'rule', spans }, { kind: 'word', spans: placesOfAny(text, search?.words ?? []) }];
  for (const part of layered(text, layers)) box.append(part.kind ? el('mark', { class: part.kind === 'rule' ? null : part.kind }, part.text) : part.text);
  return box;
}

/** Matches of rules and of the search are marked in the text as written; a text without them
 * shows its emotes as pictures.
 * @param {Marked} item @param {string} [more] a class @param {Search} [search] */
export function markedText(item, more, search) {
  const spans = item.in_name ? [] : item.spans;
  const found = () => placesOf(item.text, search?.find ?? '').length > 0 || placesOfAny(item.text, search?.words ?? []).length > 0;
  if (!item.emotes || spans?.length || found()) return marked(item.text, spans, more, search);
  const box = drawn(item);
  if (more) box.className = more;
  return box;
}

/** @param {Marked} item @param {string} guest the label of an author without a name @param {string} [find] what is searched for */
export const markedName = (item, guest, find = '') => (item.name && (item.in_name || find) ? marked(item.name, item.in_name ? item.spans : [], '', { find, words: [] }) : said(nameOf(item, guest)));

/**
 * The original before a rule masked it; null without one.
 * @param {Marked} item @param {Words} words
 */
export function unmasked({ original = '', original_name: name = '' }, { t }) {
  if (!original && !name) return null;
  return el('span', { class: 'unmasked' }, t('unmasked'), ' ', name && el('b', {}, said(name)), name && original && ' · ', original && said(original));
}
