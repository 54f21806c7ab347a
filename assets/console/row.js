// One row of the console's feed: time · colour · name · text · state · act.

import { el, icon, said } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';

/** @typedef {import('./model.js').Entry} Entry */
/** @typedef {import('../shared/i18n.js').Words} Words */

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** Draws an entry into its row, from nothing. @param {HTMLElement} row @param {Entry} entry @param {Words} words */
export function drawRow(row, entry, words) {
  const { t } = words;
  row.className = `row ${entry.status}${entry.busy ? ' busy' : ''}`;
  row.dataset.id = entry.id;
  const dot = el('span', { class: 'dot', hidden: entry.color === '#ffffff' });
  dot.style.setProperty('--dot', entry.color);
  const name = el('span', { class: 'name' }, said(nameOf(entry, t('guest'))), entry.badge && el('span', { class: 'badge' }, t(entry.badge)));
  const text = el('span', { class: 'said' }, said(entry.text));
  const at = new Date(entry.at);
  row.replaceChildren(el('time', { class: 'time', datetime: at.toISOString() }, time.format(at)), dot, name, text);
  const chip = chipOf(entry, words);
  if (chip) row.append(chip);
  if (entry.status === 'shown' || entry.status === 'cleared') row.append(takeDown(entry, words));
}

/** @param {Entry} entry @param {Words} words */
function chipOf(entry, { t, has }) {
  const chip = (/** @type {string} */ tone, /** @type {string} */ glyph, /** @type {string} */ words) => el('span', { class: `chip ${tone}` }, icon(glyph), words);
  if (entry.failed) return chip('stop', 'warn', t('take_down_failed'));
  switch (entry.status) {
    case 'held': return chip('held', 'clock', t('held'));
    case 'refused': {
      const rule = entry.rule && has(`rule_${entry.rule}`) ? t(`rule_${entry.rule}`) : entry.rule;
      return chip('stop', 'refuse', rule ? t('refused_rule', { rule }) : t('refused'));
    }
    case 'removed': return chip('', 'takedown', entry.by ? t('removed_by', { who: entry.by }) : t('removed'));
    case 'cleared': return chip('', 'sweep', t('cleared'));
  }
  return null;
}

/** @param {Entry} entry @param {Words} words */
function takeDown(entry, { t }) {
  return el('button', {
    type: 'button', class: 'icon-button danger', title: t('take_down'), tabindex: '-1',
    'aria-label': t('take_down_of', { text: entry.text }), 'aria-disabled': entry.busy ? 'true' : null,
  }, icon('takedown'));
}
