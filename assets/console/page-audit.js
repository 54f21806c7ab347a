// The record: every act with who, when, what, and undo where it can be.

import { el, icon, said } from '../shared/dom.js';
import { frame, later, when } from './page.js';

const ACTS = ['approve', 'refuse', 'remove', 'remove_user', 'clear', 'pin', 'unpin', 'settings', 'lockdown', 'unlock', 'mute', 'ban', 'unban', 'rules', 'link', 'revoke', 'room', 'archive'];

/** @type {import('./sections.js').Open} */
export function open(host, desk, acts) {
  const { t, has, lang } = desk.words;
  const box = frame(host, t('page_audit'), t('audit_lead'));
  const search = el('input', { type: 'search', placeholder: t('audit_search'), 'aria-label': t('audit_search'), dir: 'auto' });
  const kind = el('select', { 'aria-label': t('audit_act') }, el('option', { value: '' }, t('audit_any')), ...ACTS.map((act) => el('option', { value: act }, t(`act_${act}`))));
  const csv = el('a', { class: 'button line', download: true }, icon('download'), t('export_csv'));
  const jsonl = el('a', { class: 'button line', download: true }, icon('download'), t('export_jsonl'));
  const list = el('ul', { class: 'lines' });
  const more = el('button', { type: 'button', class: 'button', hidden: true, onclick: () => void load(next) }, t('audit_more'));
  let next = 0, run = 0;
  box.append(el('div', { class: 'page-bar' }, el('label', { class: 'search' }, icon('search'), search), kind, csv, jsonl), list, el('p', { class: 'page-bar' }, more));
  search.addEventListener('input', later(() => void load(), 250));
  kind.addEventListener('change', () => void load());
  void load();
  return () => { run++; };

  /** @param {number} [before] */
  async function load(before = 0) {
    const mine = ++run;
    const query = new URLSearchParams();
    if (search.value.trim()) query.set('q', search.value.trim());
    if (kind.value) query.set('act', kind.value);
    for (const [link, format] of /** @type {const} */ ([[csv, 'csv'], [jsonl, 'jsonl']])) link.setAttribute('href', `${desk.path('audit')}?${new URLSearchParams([...query, ['format', format]])}`);
    if (before) query.set('before', String(before));
    const got = await acts.call('GET', `${desk.path('audit')}?${query}`);
    if (!got || mine !== run) return;
    const rows = got.acts.map(line);
    if (before) list.append(...rows);
    else list.replaceChildren(...(rows.length > 0 ? rows : [el('li', { class: 'none-yet' }, t('audit_none'))]));
    next = got.next ?? 0;
    more.hidden = next === 0;
  }

  /** @param {any} act */
  function line(act) {
    const changes = Object.keys(act.after ?? {}).map((name) => `${name}: ${value(act.before?.[name])} → ${value(act.after[name])}`).join(' · ');
    const what = act.detail || changes || act.about || '';
    return el('li', { class: 'line-row' }, el('time', { class: 'when', datetime: new Date(act.at).toISOString() }, when(act.at, lang)),
      el('b', {}, act.role === 'command' ? t('by_command') : said(act.by)), el('span', {}, has(`act_${act.act}`) ? t(`act_${act.act}`) : act.act),
      el('span', { class: `grow${act.undone ? ' done' : ''}` }, said(what)),
      act.undone ? el('span', { class: 'chip' }, icon('undo'), el('span', {}, t('audit_undone')))
        : act.undo && el('button', { type: 'button', class: 'button line', 'aria-label': t('undo_of', { text: what }), onclick: () => void undo(act.id) }, icon('undo'), el('span', {}, t('undo'))));
  }

  /** @param {number} id */
  async function undo(id) {
    await acts.call('POST', desk.path('audit', String(id), 'undo'));
    void load();
  }

  /** @param {any} v */
  function value(v) { return v === undefined ? '' : typeof v === 'string' ? v || '–' : JSON.stringify(v); }
}
