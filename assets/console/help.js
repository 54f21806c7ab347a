// The list of keys, and the switch for single letters.

import { el } from '../shared/dom.js';
import { openDialog } from './dialog.js';
import { KEYS, lettersAct, setLettersAct } from './keys.js';

/** @param {import('../shared/i18n.js').Words} words */
export function openHelp(words) {
  const { t } = words;
  const letters = el('input', { type: 'checkbox' });
  letters.checked = lettersAct();
  letters.addEventListener('change', () => setLettersAct(letters.checked));
  openDialog(words, t('help'), 'wide',
    el('div', { class: 'help-columns' }, ...KEYS.map(([where, keys]) => el('section', {}, el('h3', {}, t(`keys_${where}`)),
      el('dl', {}, ...keys.map(([key, what]) => el('div', {}, el('dt', {}, ...key.split(' ').map((k) => (k === '–' ? '–' : el('kbd', {}, k)))), el('dd', {}, t(what)))))))),
    el('label', { class: 'check' }, letters, el('span', {}, t('keys_letters'))));
}
