// A recent decision, in one line.

import { el, icon, said } from '../shared/dom.js';
import { labelled } from './labels.js';

/** @param {import('./queue.js').Decided} d @param {import('./store.js').Store} store */
export function decidedRow(d, store) {
  const { words } = store;
  const { t } = words;
  const mine = d.by === store.me;
  const verb = { shown: 'approved', refused: 'refused', removed: 'removed' }[d.status];
  const who = mine ? t(`you_${verb}`) : t(`who_${verb}`, { who: labelled(d.by, words) });
  return el('li', { class: `decided ${d.status}`, 'data-id': d.id }, icon(d.status === 'shown' ? 'check' : d.status === 'refused' ? 'x' : 'takedown'),
    el('span', { class: 'decided-text' }, said(d.text), d.ids && el('span', { class: 'times' }, ` ×${d.ids.length.toLocaleString(words.lang)}`)), el('span', { class: 'decided-who' }, el('bdi', {}, who)),
    mine && d.status !== 'removed' ? el('button', { type: 'button', class: 'icon-button', 'data-act': 'undo', title: t('undo'), 'aria-label': t('undo_of', { text: d.text }) }, icon('undo')) : el('span', { class: 'no-act' }));
}
