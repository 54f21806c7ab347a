// Which languages of the word lists count in a room.

import { el } from '../shared/dom.js';
import { listLanguages } from './list-languages.js';

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {(off: string[]) => void} save
 * @returns {{group: HTMLElement, update: () => void}} update shows the room's setting
 */
export function languageSwitches(store, acts, save) {
  const names = new Intl.DisplayNames(store.words.lang, { type: 'language' });
  /** @type {string[]} */ let texts = [];
  const group = el('div', { class: 'swatches' });
  const inputs = () => [...group.querySelectorAll('input')];
  const update = () => {
    const off = /** @type {string[]} */ (store.room.languages_off ?? []);
    const before = inputs();
    const codes = listLanguages(texts, off);
    // Unchanged ones stay: one of them may have the focus.
    if (before.map((input) => input.value).join() !== codes.join()) {
      group.replaceChildren(...codes.map((value) => {
        const input = before.find((one) => one.value === value) ?? el('input', { type: 'checkbox', value });
        return el('label', {}, input, names.of(value) ?? value);
      }));
    }
    for (const input of inputs()) input.checked = !off.includes(input.value);
  };
  group.addEventListener('change', () => save(inputs().filter((input) => !input.checked).map((input) => input.value)));
  // Without an answer the shipped languages can still be switched.
  void acts.ask('GET', store.path('rules')).then((got) => {
    texts = got.lists.map((/** @type {{text: string}} */ list) => list.text);
    update();
  }, () => {});
  return { group, update };
}
