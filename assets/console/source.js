// Where a comment comes from, as an icon and a word.

import { el, icon } from '../shared/dom.js';
import { sourceIcon } from '../shared/source-icon.js';

/** Every source, in the order in which the filter offers them. */
export const SOURCES = ['audience', 'api', 'replay', 'twitch', 'youtube', 'bilibili', 'kick', 'tiktok', 'niconico', 'other'];

/** Whether a source is a platform: its word has a column of its own where there is room. @param {string} source */
export const isPlatform = (source) => SOURCES.indexOf(source) > SOURCES.indexOf('replay');

/**
 * The mark of a question, and of a comment that does not come from our own page; null for
 * any other.
 * @param {{source: string, item?: string}} entry @param {import('../shared/i18n.js').Words} words
 */
export function sourceMark({ source, item }, { t }) {
  if (item) return el('span', { class: 'source quiet', title: t('a_question') }, icon('chat'), el('span', { class: 'source-word' }, t('a_question')));
  if (source === 'audience' || !source) return null;
  const word = t(`source_${SOURCES.includes(source) ? source : 'other'}`);
  return el('span', { class: source === 'api' || source === 'replay' ? 'source quiet' : 'source', title: word }, icon(sourceIcon(source)), el('span', { class: 'source-word' }, word));
}
