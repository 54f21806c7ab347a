// The stored data of a person: as a file, and deletion.

import { el, icon } from '../shared/dom.js';
import { confirmFirst } from './dialog.js';

/**
 * The two buttons under a person's comments.
 * @param {import('./store.js').Store} store
 * @param {import('./acts.js').Acts} acts
 * @param {string} user @param {string} name
 */
export function dataButtons(store, acts, user, name) {
  const { words } = store;
  const { t } = words;
  return el('div', { class: 'person-acts' },
    el('a', { class: 'button line', href: store.path('users', user, 'data'), download: '' }, icon('download'), el('span', {}, t('person_export'))),
    el('button', { type: 'button', class: 'button line', onclick: () => confirmFirst(words, {
      title: t('erase_title', { name }), text: t('erase_text'), yes: t('erase_yes'),
    }, () => void erase()) }, icon('x'), el('span', {}, t('person_erase'))));

  async function erase() {
    const done = await acts.call('DELETE', store.path('users', user));
    if (done) store.notice({ text: t('erased_n', { n: done.erased, name }), glyph: 'x' });
  }
}
