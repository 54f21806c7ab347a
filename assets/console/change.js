// The changes made by an act, in words: settings by the names on their page, and their new
// values. It does not touch the page.

import { labelled } from './labels.js';

/** Settings whose name on their page is a sentence, or that have none there. */
const NAMES = /** @type {Record<string, string>} */ ({
  slow_ms: 'switch_slow', delay_ms: 'field_delay', max_length: 'field_length', phrases: 'field_phrases', look: 'set_look',
  message: 'field_message', locked: 'switch_lock', archived: 'field_archived',
});

/** Settings whose values have words on the page, and the prefix of their keys. */
const WORDS = /** @type {Record<string, string>} */ ({ state: 'state', review: 'review', newcomers: 'newcomers', staff_names: 'newcomers', links: 'links', modes: 'mode', sizes: 'size' });

/** Acts whose detail is a role and a label. */
const LINKS = ['link', 'revoke', 'restore'];

/** Acts on notes; for a prepared warning `changed` has the name. */
const NOTES = ['warn', 'note_gone', 'note_back'];

/** The most characters of a value. */
const MOST = 60;

/**
 * @param {{before?: Record<string, any>, after?: Record<string, any>}} act as in the record
 * @param {import('../shared/i18n.js').Words} words
 */
export function changes({ before = {}, after = {} }, words) {
  return Object.keys(after).map((name) => `${label(name, words)}: ${value(name, before[name], words)} → ${value(name, after[name], words)}`).join(' · ');
}

/**
 * The record's text beside an act. That of a link begins with its role, which has a word in
 * every language; the rest is its label. For rules it names the list, the act, and the added
 * and removed entries.
 * @param {{act: string, about?: string, detail?: string, changed?: string[], before?: Record<string, any>, after?: Record<string, any>}} act
 * @param {import('../shared/i18n.js').Words} words
 */
export function detail(act, words) {
  const detail = act.detail ?? '';
  if (act.changed && NOTES.includes(act.act)) return act.changed.map((ready) => (words.has(`warn_${ready}`) ? words.t(`warn_${ready}`) : ready)).join(' · ');
  if (act.act === 'rules') return [act.about, ...edits(act, words)].filter(Boolean).join(' · ');
  if (!LINKS.includes(act.act)) return detail || changes(act, words);
  const [role = '', ...rest] = detail.split(' ');
  return [words.has(`role_${role}`) ? words.t(`role_${role}`) : role, labelled(rest.join(' '), words)].filter(Boolean).join(' · ');
}

/** @param {{detail?: string, changed?: string[]}} act @param {import('../shared/i18n.js').Words} words */
function edits({ detail: text = '', changed }, { t, has }) {
  // Records from before edits were stored have only a word as detail.
  const names = changed ?? (['off', 'deleted'].includes(text) ? [text] : []);
  return [...names.filter((name) => has(`list_${name}`)).map((name) => t(`list_${name}`)), changed || names.length === 0 ? text : ''];
}

/** @param {string} name @param {import('../shared/i18n.js').Words} words */
function label(name, { t, has }) {
  const key = NAMES[name] ?? `set_${name}`;
  return has(key) ? t(key) : name;
}

/** @param {string} name @param {any} v @param {import('../shared/i18n.js').Words} words @returns {string} */
function value(name, v, words) {
  const { t, has } = words;
  if (v === undefined || v === null || v === '') return '–';
  if (typeof v === 'boolean') return t(v ? 'yes' : 'no');
  if (name.endsWith('_ms')) return t('age_s', { n: v / 1000 });
  if (Array.isArray(v)) return v.length > 0 ? cut(v.map((one) => value(name, one, words)).join(', ')) : '–';
  if (typeof v === 'object') return cut(Object.values(v).filter(Boolean).join(', ')) || '–';
  const key = `${WORDS[name]}_${v}`;
  return WORDS[name] && has(key) ? t(key) : cut(typeof v === 'number' ? v.toLocaleString(words.lang) : String(v));
}

/** @param {string} text */
function cut(text) {
  const letters = [...text];
  return letters.length > MOST ? `${letters.slice(0, MOST - 1).join('')}…` : text;
}
