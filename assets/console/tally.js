// The outcome of one decision about several comments, in words: how many it decided, which
// others had decided before, and what stayed unchanged. Independent of the page.

import { ApiError } from '../shared/api.js';
import { faultText } from './act-answers.js';
import { labelled } from './labels.js';

/**
 * @typedef {'approve'|'refuse'|'remove'} Act
 * @typedef {{id: string, status?: string, by?: string, again?: boolean, code?: string, fault?: unknown}} Result as in the server's answer, or the fault of the request
 */

/** Sentences with the number of decided comments. */
const DONE = { approve: 'approved_n', refuse: 'refused_n', remove: 'taken_down_n' };

/**
 * The notice after a decision.
 * @param {Act} act @param {readonly Result[]} results
 * @param {import('../shared/i18n.js').Words} words @param {string} me the moderator, whose own earlier decisions need no name
 * @returns {import('./store.js').Notice}
 */
export function tally(act, results, words, me) {
  const { t, lang } = words;
  /** @type {Map<string, {n: number, say: (n: number) => string}>} */ const parts = new Map();
  const count = (/** @type {string} */ key, /** @type {(n: number) => string} */ say) => {
    const part = parts.get(key) ?? { n: 0, say };
    part.n++;
    parts.set(key, part);
  };
  let done = 0;
  for (const { status = '', by = '', again, code, fault } of results) {
    if (code || fault) {
      const why = faultText(fault ?? new ApiError(409, code ?? '', ''), words);
      count(`fault ${why}`, (n) => t('left_n', { n, why }));
    } else if (again) {
      const who = by && by !== me ? labelled(by, words) : '';
      count(`${status} ${who}`, (n) => t(who ? `already_${status}_by_n` : `already_${status}_n`, { n, who }));
    } else done++;
  }
  const said = [...parts.values()].map(({ n, say }) => say(n));
  // The rest of the notice shows if nothing was done.
  if (done > 0 || said.length === 0) said.unshift(t(DONE[act], { n: done }));
  const text = said.join(lang === 'en' ? ' ' : '');
  if (results.some(({ code, fault }) => code || fault)) return { text, tone: 'stop', glyph: 'warn' };
  return { text, glyph: done < results.length ? 'person' : 'check' };
}
