// The filter of the feed: by state, by source, by one person, and by words.

import { call } from '../shared/api.js';
import { byId, el, icon, said } from '../shared/dom.js';
import { presetItems } from './filter-presets.js';
import { keep, kept } from './kept.js';
import { offered } from './source.js';

/** @typedef {import('./model.js').Filter} Filter */

const STATES = /** @type {const} */ (['held', 'refused', 'removed']);

/**
 * @param {import('./store.js').Store} store
 * @param {{filter: (filter: Filter) => void, sources: () => Set<string>}} view `sources` are those of the comments in the feed
 */
export function wireFilters(store, view) {
  const { words } = store;
  const search = /** @type {HTMLInputElement} */ (byId('search'));
  const segments = byId('filter'), menu = byId('filters'), row = byId('filtered');
  const calm = byId('calm');
  /** @type {string[]} kinds of the room's chats, once the menu was opened */ let chats = [];
  /** @type {Filter & {name: string}} */ const filter = { kind: 'all', query: '', user: '', source: '', name: '', calm: kept('calm', false) };

  const apply = () => {
    for (const input of segments.querySelectorAll('input')) input.checked = input.value === filter.kind;
    search.value = filter.query;
    keep('calm', filter.calm);
    draw();
    view.filter({ ...filter });
  };
  const set = (/** @type {Partial<typeof filter>} */ change) => { Object.assign(filter, change); apply(); };

  const item = (/** @type {string} */ text, /** @type {boolean} */ on, /** @type {() => void} */ act) => {
    const tick = icon('check');
    tick.classList.add('tick');
    return el('button', { type: 'button', 'aria-pressed': String(on), onclick: act }, el('span', {}, text), tick);
  };
  const draw = () => {
    const { t } = words;
    menu.replaceChildren(
      ...STATES.map((kind) => item(t(`only_${kind}`), filter.kind === kind, () => set({ kind: filter.kind === kind ? 'all' : kind }))),
      el('hr'),
      ...offered(new Set([...view.sources(), filter.source]), chats).map((source) => item(t(`source_${source}`), filter.source === source, () => set({ source: filter.source === source ? '' : source }))),
      ...presetItems(store, filter, ({ kind, query, source, calm: quiet }) => set({ kind, query, source, calm: quiet, user: '', name: '' }), draw));
    /** @type {HTMLElement[]} */ const chips = [];
    const chip = (/** @type {Node|string} */ text, /** @type {Partial<typeof filter>} */ back) => chips.push(el('button', { type: 'button', class: 'chip', title: t('filter_off'), onclick: () => set(back) }, text, icon('x')));
    const state = STATES.find((kind) => kind === filter.kind);
    if (state) chip(t(`only_${state}`), { kind: 'all' });
    if (filter.source) chip(t(`source_${filter.source}`), { source: '' });
    search.parentElement?.toggleAttribute('data-full', filter.query !== '');
    calm.setAttribute('aria-pressed', String(filter.calm));
    if (filter.calm) chip(t('calm_on'), { calm: false });
    if (filter.user) chip(said(filter.name), { user: '', name: '' });
    row.hidden = chips.length === 0;
    row.replaceChildren(...chips);
  };

  calm.addEventListener('click', () => set({ calm: !filter.calm }));
  menu.closest('details')?.addEventListener('toggle', async (event) => {
    if (!(/** @type {HTMLDetailsElement} */ (event.target)).open) return;
    draw();
    const before = chats.join();
    const got = await call('GET', store.path('chats')).catch(() => null); // without an answer it offers the sources in the feed
    chats = got?.chats?.map((/** @type {{kind: string}} */ { kind }) => kind) ?? chats;
    if (chats.join() !== before) draw();
  });
  segments.addEventListener('change', (event) => set({ kind: /** @type {any} */ (event.target).value }));
  search.addEventListener('input', () => { filter.query = search.value; draw(); view.filter({ ...filter }); });
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (search.value) set({ query: '' });
    else search.blur();
    event.stopPropagation();
  });
  return {
    draw,
    all: () => set({ kind: 'all', query: '', user: '', source: '', name: '', calm: false }),
    /** Shows only one person's comments. @param {string} user @param {string} name */
    only: (user, name) => set({ kind: 'all', query: '', source: '', user, name, calm: false }),
    /** Restores the stored filter. */
    begin: () => { if (filter.calm) view.filter({ ...filter }); },
  };
}
