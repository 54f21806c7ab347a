// This browser's alerts, highlighted words, and prepared answers.

import { el } from '../shared/dom.js';
import { HOW, KINDS } from './alert-rules.js';
import { alertRules, highlights, inOBS, notification, sound } from './alerts.js';
import { linesOf } from './hits.js';
import { keep } from './kept.js';
import { frame } from './page.js';
import { replies } from './replies.js';

/** @type {import('./sections.js').Open} */
export function open(host, store) {
  const { t } = store.words;
  const box = frame(host, t('page_alerts'), t('alerts_lead'), 'narrow-page settings alerts-page');
  const row = (/** @type {string} */ label, /** @type {string} */ help, /** @type {Node} */ control) => el('div', { class: 'set' }, el('div', {}, el('h4', {}, label), help && el('p', { class: 'help' }, help)), el('div', { class: 'control' }, control));
  const lines = (/** @type {string} */ label, /** @type {string[]} */ now, /** @type {(lines: string[]) => void} */ act) => {
    const node = el('textarea', { rows: 4, dir: 'auto', 'aria-label': label, spellcheck: 'false' });
    node.value = now.join('\n');
    node.addEventListener('input', () => act(linesOf(node.value)));
    return node;
  };
  const how = (/** @type {string} */ kind) => {
    const label = t(`alert_${kind}`);
    const node = el('select', { 'aria-label': label }, ...HOW.map((one) => el('option', { value: one, selected: (alertRules()[kind] ?? 'none') === one }, t(`how_${one}`))));
    node.addEventListener('change', () => {
      keep('alerts', { ...alertRules(), [kind]: node.value });
      if (node.value === 'sound' || node.value === 'both') sound();
      if (node.value === 'notice' || node.value === 'both') void ask(kind);
    });
    return row(label, kind === 'mention' ? t('alert_mention_help', { name: store.me }) : '', node);
  };
  const state = el('p', { class: 'help', role: 'status' });

  /** Asks the browser for permission, once, and shows a sample notification. @param {string} kind */
  async function ask(kind) {
    if ('Notification' in window && Notification.permission === 'default') await Notification.requestPermission();
    notification(store, kind);
    say();
  }

  function say() {
    state.textContent = inOBS() ? t('alerts_obs') : !('Notification' in window) || Notification.permission === 'denied' ? t('alerts_denied') : '';
  }

  box.append(
    el('h3', {}, t('highlights')), row(t('highlights_words'), t('highlights_help'), lines(t('highlights_words'), highlights(), (words) => {
      keep('highlights', words);
      store.notify('highlights');
    })),
    el('h3', {}, t('alerts_when')), ...KINDS.map(how), state, el('p', { class: 'help' }, t('alerts_air')),
    el('h3', {}, t('replies')), row(t('replies_lines'), t('replies_help'), lines(t('replies_lines'), replies(), (all) => {
      keep('replies', all);
      store.notify('replies');
    })));
  say();
  return () => {};
}
