// The source of a comment, as an icon and a word.

import { el, icon } from '../shared/dom.js';
import { sourceIcon } from '../shared/source-icon.js';

/** Every source, in the order in which the filter offers them. */
export const SOURCES = ['audience', 'api', 'replay', 'twitch', 'youtube', 'bilibili', 'kick', 'tiktok', 'niconico', 'other'];

/**
 * The sources that a room's filter offers: a platform only if the feed has comments from it,
 * or a connected chat brings them.
 * @param {Iterable<string>} seen of comments @param {readonly string[]} kinds of chats
 */
export function offered(seen, kinds) {
  const known = (/** @type {string} */ name) => (SOURCES.includes(name) ? name : 'other');
  const there = new Set([...[...seen].filter(Boolean), ...kinds].map(known));
  return SOURCES.filter((source) => !isPlatform(source) || there.has(source));
}

/** Whether a source is a platform: its word has its own column if there is room. @param {string} source */
export const isPlatform = (source) => SOURCES.indexOf(source) > SOURCES.indexOf('replay');

/**
 * The mark of a question, and of a comment that does not come from our own page; null for
 * any other.
 * @param {{source: string, item?: string, photo?: any}} entry @param {import('../shared/i18n.js').Words} words
 */
export function sourceMark({ source, item, photo }, { t }) {
  if (photo) return null; // it is visible
  if (item) return el('span', { class: 'source quiet', title: t('a_question') }, icon('chat'), el('span', { class: 'source-word' }, t('a_question')));
  if (source === 'audience' || !source) return null;
  const word = t(`source_${SOURCES.includes(source) ? source : 'other'}`);
  return el('span', { class: source === 'api' || source === 'replay' ? 'source quiet' : 'source', title: word }, icon(sourceIcon(source)), el('span', { class: 'source-word' }, word));
}
