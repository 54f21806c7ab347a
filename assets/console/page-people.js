// Mutes and bans in force.

import { el, icon } from '../shared/dom.js';
import { frame } from './page.js';
import { banRow } from './person.js';

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { t } = store.words;
  const box = frame(host, t('page_people'), t('people_lead'), 'narrow-page');
  const search = el('input', { type: 'search', placeholder: t('people_search'), 'aria-label': t('people_search'), dir: 'auto' });
  const list = el('ul', { class: 'lines' });
  /** @type {any[]} */ let bans = [];
  box.append(el('div', { class: 'page-bar' }, el('label', { class: 'search' }, icon('search'), search)), list);
  search.addEventListener('input', draw);

  async function load() {
    const got = await acts.call('GET', store.path('bans'));
    if (got) bans = got.bans ?? [];
    draw();
  }

  function draw() {
    const needle = search.value.trim().toLowerCase();
    const rows = bans.map((ban) => ({ ban, name: ban.user ? acts.nameOfUser(ban.user) : '' }))
      .filter(({ ban, name }) => !needle || [name, ban.reason, ban.by, ban.user, ban.address].some((part) => part?.toLowerCase().includes(needle)));
    list.replaceChildren(...rows.map(({ ban, name }) => banRow(store, acts, ban, name)));
    if (rows.length === 0) list.append(el('li', { class: 'none-yet' }, t('people_none')));
  }

  void load();
  return store.on('bans', () => void load());
}
