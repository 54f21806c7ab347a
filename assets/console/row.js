// One row of the console's feed: time · colour · name · text · state · acts.

import { el, icon } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';
import { amountText } from '../shared/paid.js';
import { placesOfAny } from './hits.js';
import { labelled } from './labels.js';
import { lookersChip } from './looking.js';
import { markedName, markedText, unmasked } from './marks.js';
import { thumbnail } from './show-photos.js';
import { sourceMark } from './source.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('../shared/i18n.js').Words} Words */

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** The local time. @param {number} at ms */
export const clock = (at) => time.format(new Date(at));

/**
 * Draws an entry into an empty row.
 * @param {HTMLElement} row @param {Entry} entry @param {Words} words
 * @param {{left: number, of: number}} [waiting] ms in the broadcast delay
 * @param {import('./marks.js').Search & {count?: number, people?: number, spread?: boolean}} [search] count: equal comments of the row, if it is not expanded; people: number of their authors
 */
export function drawRow(row, entry, words, waiting = { left: 0, of: 1 }, search = { find: '', words: [] }) {
  const { t } = words;
  const waits = entry.status === 'shown' && waiting.left > 0;
  row.className = `row ${entry.status}${entry.busy ? ' busy' : ''}${waits ? ' waiting' : ''}${search.words.length > 0 && placesOfAny(entry.text, search.words).length > 0 ? ' matching' : ''}`;
  row.dataset.id = entry.id;
  const dot = el('span', { class: 'dot', hidden: entry.color === '#ffffff' });
  dot.style.setProperty('--dot', entry.color);
  const name = el('button', { type: 'button', class: 'name', tabindex: '-1', 'data-act': 'person', title: t('person_of', { name: nameOf(entry, t('guest')) }) }, markedName(entry, t('guest'), search.find), entry.badge && el('span', { class: 'badge' }, t(entry.badge)));
  const text = el('span', { class: 'said' }, entry.paid ? el('b', { class: 'paid' }, amountText(entry.paid, words.lang)) : null, entry.photo && (entry.status === 'shown' || entry.status === 'held' || entry.status === 'refused') ? thumbnail(entry.photo, '') : null, markedText(entry, '', search), timesOf(search.count ?? 1, search.people ?? 1, words, search.spread), unmasked(entry, words), lookersChip([entry], words));
  row.replaceChildren(el('time', { class: 'time', datetime: new Date(entry.at).toISOString() }, clock(entry.at)), dot, el('span', { class: 'who' }, name, sourceMark(entry, words)), text);
  const chip = chipOf(entry, words);
  if (chip) row.append(chip);
  row.append(search.spread ? actsOf(entry, words, 1, 1) : actsOf(entry, words, search.count ?? 1, search.people ?? 1));
  if (waits) {
    const bar = el('span', { class: 'wait-bar', 'aria-hidden': 'true' });
    bar.style.setProperty('--left', `${Math.round(waiting.left)}ms`);
    bar.style.setProperty('--share', String(Math.min(1, waiting.left / waiting.of)));
    bar.addEventListener('animationend', () => { row.classList.remove('waiting'); bar.remove(); });
    row.append(bar);
  }
}

/** The number of equal comments in a row; a click expands them. @param {number} n @param {number} people @param {Words} words @param {boolean} [spread] */
function timesOf(n, people, { t, lang }, spread = false) {
  if (n < 2) return null;
  const label = t(people > 1 ? 'equal_people_n' : 'equal_n', { n, people });
  return el('button', { type: 'button', class: 'times as-text', tabindex: '-1', 'data-act': 'spread', 'aria-expanded': String(spread), 'aria-label': label, title: label }, `×${n.toLocaleString(lang)}`);
}

/** The state of an entry, as a chip beside its text. @param {Entry} entry @param {Words} words */
export function chipOf(entry, words) {
  const { t, has } = words;
  const chip = (/** @type {string} */ tone, /** @type {string} */ glyph, /** @type {string} */ text) => el('span', { class: `chip ${tone}` }, icon(glyph), el('span', {}, text));
  if (entry.failed) return chip('stop', 'warn', t('take_down_failed'));
  switch (entry.status) {
    case 'held': return chip('held', 'clock', t('held'));
    case 'refused': {
      const why = entry.by ? labelled(entry.by, words) : entry.rule && has(`rule_${entry.rule}`) ? t(`rule_${entry.rule}`) : entry.rule;
      return chip('stop', 'refuse', why ? t('refused_rule', { rule: why }) : t('refused'));
    }
    case 'removed': return chip('', 'takedown', entry.by ? t('removed_by', { who: labelled(entry.by, words) }) : t('removed'));
    case 'cleared': return chip('', 'sweep', t('cleared'));
  }
  return null;
}

/** The acts of an entry. Each is always at the same place: take down is the last. @param {Entry} entry @param {Words} words @param {number} n equal ones @param {number} people number of their authors */
function actsOf(entry, { t, lang }, n, people) {
  const all = people > 1 ? t('mute_n', { n: people }) : '';
  const button = (/** @type {string} */ act, /** @type {string} */ glyph, /** @type {string} */ label, /** @type {string} */ key, more = '') => el('button', {
    type: 'button', class: `icon-button ${more}`, title: `${act === 'mute' && all ? all : t(act)}${act === 'take_down' && n > 1 ? ` ×${n.toLocaleString(lang)}` : ''} (${key})`, tabindex: '-1', 'data-act': act === 'take_down' ? 'takedown' : act,
    'aria-label': label, 'aria-disabled': entry.busy && act === 'take_down' ? 'true' : null,
  }, icon(glyph));
  const live = entry.status === 'shown' || entry.status === 'cleared';
  const others = entry.badge ? [] : [button('mute', 'mute', all || t('mute_of', { name: nameOf(entry, t('guest')) }), 'M', 'on-hover')];
  return el('span', { class: 'acts' }, ...others,
    entry.status === 'shown' ? button('feature', 'show', t('feature_of', { text: entry.text }), 'S', 'on-hover') : '',
    live ? button('person', 'person', t('person_of', { name: nameOf(entry, t('guest')) }), 'I', 'on-hover') : '',
    live ? button('take_down', 'takedown', t('take_down_of', { text: entry.text }), 'Del', 'danger')
      : button('person', 'more', t('person_of', { name: nameOf(entry, t('guest')) }), 'I'));
}
