// The record: every act with who, when, what, and undo if possible.

import { el, icon, said } from '../shared/dom.js';
import { detail } from './change.js';
import { confirmFirst } from './dialog.js';
import { labelled } from './labels.js';
import { frame, later, when } from './page.js';

const ACTS = ['approve', 'refuse', 'remove', 'remove_user', 'clear', 'pin', 'unpin', 'settings', 'lockdown', 'unlock', 'mute', 'ban', 'unban', 'note', 'warn', 'note_gone', 'note_back', 'rules', 'link', 'revoke', 'restore', 'room', 'archive', 'replay', 'replay_stop', 'chat', 'chat_set', 'chat_gone', 'webhook', 'webhook_set', 'webhook_gone', 'put_back', 'item', 'item_set', 'item_order', 'item_queue', 'item_start', 'item_stop', 'item_redraw', 'item_gone', 'item_back', 'erase', 'keep'];

/** Acts on a person, who is named beside the reason. */
const PERSONAL = ['mute', 'ban', 'unban', 'note', 'warn', 'note_gone', 'note_back', 'remove_user'];

/** Acts whose undo gives or removes access. */
const ASKED = ['link', 'revoke', 'restore', 'room'];

/** ms between the sign of an act and the reload of the record */
const DEBOUNCE = 300;

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t, has, lang } = words;
  const box = frame(host, t('page_audit'), t('audit_lead'));
  const search = el('input', { type: 'search', placeholder: t('audit_search'), 'aria-label': t('audit_search'), dir: 'auto' });
  const kind = el('select', { 'aria-label': t('audit_act') }, el('option', { value: '' }, t('audit_any')), ...ACTS.map((act) => el('option', { value: act }, t(`act_${act}`))));
  const csv = el('a', { class: 'button line', download: true }, icon('download'), t('export_csv'));
  const jsonl = el('a', { class: 'button line', download: true }, icon('download'), t('export_jsonl'));
  const list = el('ul', { class: 'lines' });
  const more = el('button', { type: 'button', class: 'button', hidden: true, onclick: () => void load(next) }, t('audit_more'));
  let next = 0, run = 0, holdList = false;
  box.append(el('div', { class: 'page-bar' }, el('label', { class: 'search' }, icon('search'), search), kind, csv, jsonl), list, el('p', { class: 'page-bar' }, more));
  search.addEventListener('input', later(() => void load(), 250));
  kind.addEventListener('change', () => void load());
  // A new act reloads the list, unless a person reads further down.
  const again = later(() => { if (!holdList) void load(); }, DEBOUNCE);
  const off = /** @type {const} */ (['room', 'queue', 'pin', 'bans', 'notes']).map((topic) => store.on(topic, again));
  void load();
  return () => {
    run++;
    holdList = true;
    off.forEach((end) => end());
  };

  /** @param {number} [before] */
  async function load(before = 0) {
    const mine = ++run;
    const query = new URLSearchParams();
    if (search.value.trim()) query.set('q', search.value.trim());
    if (kind.value) query.set('act', kind.value);
    for (const [link, format] of /** @type {const} */ ([[csv, 'csv'], [jsonl, 'jsonl']])) link.setAttribute('href', `${store.path('audit')}?${new URLSearchParams([...query, ['format', format]])}`);
    if (before) query.set('before', String(before));
    const got = await acts.call('GET', `${store.path('audit')}?${query}`);
    if (!got || mine !== run) return;
    holdList = before > 0;
    const rows = got.acts.map(line);
    if (before) list.append(...rows);
    else replace(rows);
    next = got.next ?? 0;
    more.hidden = next === 0;
  }

  /** Keeps the focus on its act. @param {HTMLElement[]} rows */
  function replace(rows) {
    const at = /** @type {HTMLElement|null} */ (document.activeElement?.closest('.line-row'))?.dataset.id;
    list.replaceChildren(...(rows.length > 0 ? rows : [el('li', { class: 'none-yet' }, t('audit_none'))]));
    const row = at && rows.find((row) => row.dataset.id === at);
    if (row) (row.querySelector('button') ?? row).focus();
  }

  /** @param {any} act */
  function line(act) {
    const person = PERSONAL.includes(act.act) ? (act.user ? acts.nameOfUser(act.user) : t('by_address')) : '';
    const what = [person, detail(act, words) || (person ? '' : act.about)].filter(Boolean).join(' · ');
    return el('li', { class: 'line-row', 'data-id': act.id, tabindex: '-1' }, el('time', { class: 'when', datetime: new Date(act.at).toISOString() }, when(act.at, lang)),
      el('b', {}, said(labelled(act.by, words))), el('span', {}, has(`act_${act.act}`) ? t(`act_${act.act}`) : act.act),
      el('span', { class: `grow${act.undone ? ' done' : ''}` }, said(what), act.count > 1 && el('span', { class: 'times' }, ` ×${act.count.toLocaleString(lang)}`)),
      act.undone ? el('span', { class: 'chip' }, icon('undo'), el('span', {}, t('audit_undone')))
        : act.undo && el('button', { type: 'button', class: 'button line', 'aria-label': t('undo_of', { text: what }), onclick: () => ask(act, what) }, icon('undo'), el('span', {}, t('undo'))));
  }

  /** Confirms an undo that gives or removes access. @param {any} act @param {string} what */
  function ask(act, what) {
    if (!ASKED.includes(act.act)) return void undo(act.id);
    confirmFirst(words, { title: t(`undo_${act.act}_title`), text: t(`undo_${act.act}_text`, { what }), yes: t(`undo_${act.act}_yes`), no: t('cancel') }, () => void undo(act.id));
  }

  /** @param {number} id */
  async function undo(id) {
    await acts.call('POST', store.path('audit', String(id), 'undo'));
    void load();
  }
}
