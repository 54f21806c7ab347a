// One row of the console's feed: time · colour · name · text · state · acts.

import { el, icon } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';
import { labelled } from './labels.js';
import { markedName, markedText, unmasked } from './marks.js';
import { amountText } from './paid.js';
import { sourceMark } from './source.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('../shared/i18n.js').Words} Words */

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** The person's clock. @param {number} at ms */
export const clock = (at) => time.format(new Date(at));

/**
 * Draws an entry into its row, from nothing.
 * @param {HTMLElement} row @param {Entry} entry @param {Words} words
 * @param {{left: number, of: number}} [waiting] ms in the delay line
 */
export function drawRow(row, entry, words, waiting = { left: 0, of: 1 }) {
  const { t } = words;
  const waits = entry.status === 'shown' && waiting.left > 0;
  row.className = `row ${entry.status}${entry.busy ? ' busy' : ''}${waits ? ' waiting' : ''}`;
  row.dataset.id = entry.id;
  const dot = el('span', { class: 'dot', hidden: entry.color === '#ffffff' });
  dot.style.setProperty('--dot', entry.color);
  const name = el('span', { class: 'name' }, markedName(entry, t('guest')), entry.badge && el('span', { class: 'badge' }, t(entry.badge)));
  const text = el('span', { class: 'said' }, entry.paid ? el('b', { class: 'paid' }, amountText(entry.paid, words.lang)) : null, markedText(entry), unmasked(entry, words));
  row.replaceChildren(el('time', { class: 'time', datetime: new Date(entry.at).toISOString() }, clock(entry.at)), dot, el('span', { class: 'who' }, name, sourceMark(entry, words)), text);
  const chip = chipOf(entry, words);
  if (chip) row.append(chip);
  row.append(actsOf(entry, words));
  if (waits) {
    const bar = el('span', { class: 'wait-bar', 'aria-hidden': 'true' });
    bar.style.setProperty('--left', `${Math.round(waiting.left)}ms`);
    bar.style.setProperty('--share', String(Math.min(1, waiting.left / waiting.of)));
    bar.addEventListener('animationend', () => { row.classList.remove('waiting'); bar.remove(); });
    row.append(bar);
  }
}

/** What is to be known of an entry beside its text. @param {Entry} entry @param {Words} words */
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

/** The same act is always at the same place: take down is the last. @param {Entry} entry @param {Words} words */
function actsOf(entry, { t }) {
  const button = (/** @type {string} */ act, /** @type {string} */ glyph, /** @type {string} */ label, /** @type {string} */ key, more = '') => el('button', {
    type: 'button', class: `icon-button ${more}`, title: `${t(act)} (${key})`, tabindex: '-1', 'data-act': act === 'take_down' ? 'takedown' : act,
    'aria-label': label, 'aria-disabled': entry.busy && act === 'take_down' ? 'true' : null,
  }, icon(glyph));
  const live = entry.status === 'shown' || entry.status === 'cleared';
  const others = entry.badge ? [] : [button('mute', 'mute', t('mute_of', { name: nameOf(entry, t('guest')) }), 'M', 'on-hover')];
  return el('span', { class: 'acts' }, ...others,
    entry.status === 'shown' ? button('feature', 'show', t('feature_of', { text: entry.text }), 'S', 'on-hover') : '',
    live ? button('person', 'person', t('person_of', { name: nameOf(entry, t('guest')) }), 'I', 'on-hover') : '',
    live ? button('take_down', 'takedown', t('take_down_of', { text: entry.text }), 'Del', 'danger')
      : button('person', 'more', t('person_of', { name: nameOf(entry, t('guest')) }), 'I'));
}
