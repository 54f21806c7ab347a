// The duration of a mute or ban, in words and as a choice.

import { el } from '../shared/dom.js';

/** Seconds; 0 is permanent, -1 this show. */
const TIMES = [10, 60, 300, 600, 1800, 3600, 86_400, -1, 0];

/** The default choice. */
const FIRST = { mute: 600, ban: 86_400 };

/** @param {import('../shared/i18n.js').Words} words @param {number} seconds */
export function lasting({ t }, seconds) {
  if (seconds < 0) return t('for_show');
  if (seconds === 0) return t('for_ever');
  if (seconds < 60) return t('for_s', { n: seconds });
  return seconds < 3600 ? t('for_m', { n: seconds / 60 }) : t('for_h', { n: seconds / 3600 });
}

/** One of several choices, as a toggle button. @param {string} group @param {string} value @param {boolean} on @param {Node|string} text */
export function radio(group, value, on, text) {
  const input = el('input', { type: 'radio', name: group, value });
  input.checked = on;
  return el('label', {}, input, el('span', {}, text));
}

/** @param {string} legend @param {string} kind a class @param {...Node} parts */
export const choice = (legend, kind, ...parts) => el('fieldset', { class: `choices ${kind}` }, el('legend', {}, legend), el('div', { class: 'segments' }, ...parts));

/** @param {import('../shared/i18n.js').Words} words @param {'mute'|'ban'} kind */
export const timeChoice = (words, kind) => choice(words.t('how_long'), 'wrap', ...TIMES.map((s) => radio('seconds', String(s), s === FIRST[kind], lasting(words, s))));

/** The duration as the server expects it. @param {number} seconds */
export const until = (seconds) => (seconds < 0 ? { until: 'show_end' } : { seconds });
