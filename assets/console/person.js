// A person's card: their comments, the decisions about them, and the acts.

import { call } from '../shared/api.js';
import { el, icon, said } from '../shared/dom.js';
import { openDialog } from './dialog.js';
import { feature } from './feature.js';
import { dataButtons } from './person-data.js';
import { personNotes } from './person-notes.js';
import { labelled } from './labels.js';
import { markedName, markedText, unmasked } from './marks.js';
import { chipOf, clock } from './row.js';

/** @typedef {import('./model.js').Entry} Entry */

/**
 * @param {import('./store.js').Store} store
 * @param {import('./acts.js').Acts} acts
 * @param {Entry} entry the comment that it was opened from
 * @param {{ban: (kind: 'mute'|'ban', entry: Entry) => void, only: (user: string, name: string) => void}} open
 * @param {boolean} [noting] it was opened to write a note
 */
export function openPerson(store, acts, entry, open, noting = false) {
  const { words } = store;
  const { t } = words;
  const name = acts.nameOf(entry);
  const about = el('div', { class: 'person-about' });
  const bans = el('ul', { class: 'person-bans' });
  const notes = entry.badge ? null : personNotes(store, acts, { user: entry.user, name, warnable: entry.source === 'audience' }, () => void load());
  const comments = el('ol', { class: 'person-comments', 'aria-label': t('their_comments') });
  const one = el('div', { class: 'person-one' });
  const button = (/** @type {string} */ text, /** @type {string} */ glyph, /** @type {string} */ tone, /** @type {() => void} */ act) => el('button', { type: 'button', class: `button ${tone}`, onclick: act }, icon(glyph), el('span', {}, text));
  const buttons = el('div', { class: 'person-acts' },
    ...(entry.badge ? [] : [
      button(t('mute'), 'mute', 'line', () => { dialog.close(); open.ban('mute', entry); }),
      button(t('ban'), 'ban', 'stop', () => { dialog.close(); open.ban('ban', entry); }),
    ]),
    button(t('take_down_all'), 'takedown', 'stop', () => { dialog.close(); void acts.removeUser(entry.user, name); }),
    button(t('only_theirs'), 'search', 'line', () => { dialog.close(); open.only(entry.user, name); }));
  const dialog = openDialog(words, name, 'card', one, buttons, about, bans, notes?.root ?? null, el('h3', {}, t('their_comments')), comments, dataButtons(store, acts, entry.user, name));
  const off = [store.on('bans', () => void load()), store.on('notes', (who) => { if (who === entry.user) void load(); }), store.on('pin', () => drawOne())];
  dialog.addEventListener('close', () => off.forEach((end) => end()));
  drawOne();
  void load();
  void list();
  if (noting) notes?.focus();
  return dialog;

  function drawOne() {
    const now = acts.find(entry.id) ?? entry;
    const live = now.status === 'shown' || now.status === 'cleared';
    const pinned = store.pin?.id === now.id;
    one.replaceChildren(el('p', { class: 'person-text' }, markedText(now), unmasked(now, words)), el('div', { class: 'person-acts' },
      chipOf(now, words),
      now.status === 'shown' && button(t(pinned ? 'unpin' : 'pin'), 'pin', 'line', () => void (pinned ? acts.unpin(now.id) : acts.pin(now.id))),
      now.status === 'shown' && button(t('feature'), 'show', 'line', () => { dialog.close(); void feature(store, acts, now.id); }),
      now.status === 'refused' && button(t('let_through'), 'check', 'line', () => { dialog.close(); void acts.letThrough([now.id]); }),
      live && button(t('take_down'), 'takedown', 'stop', () => { dialog.close(); void acts.takeDown(now.id); })));
  }

  async function load() {
    try {
      const p = await call('GET', store.path('users', entry.user));
      const count = (/** @type {string} */ key) => (p.counts?.[key] ?? 0).toLocaleString(words.lang);
      const rows = [
        [t('person_state'), t(p.connected ? 'person_here' : 'person_gone')],
        ...(p.role && p.role !== 'audience' ? [[t('person_role'), t(p.role)]] : []),
        ...(p.names?.length > 1 ? [[t('person_names'), p.names.join(' · ')]] : []),
        ...(p.first ? [[t('person_first'), clock(p.first)]] : []),
        [t('filter_shown'), count('shown')], [t('only_held'), count('held')], [t('only_refused'), count('refused')], [t('only_removed'), count('removed')],
        ...(p.wait_ms > 0 ? [[t('person_wait'), t('age_s', { n: Math.ceil(p.wait_ms / 1000) })]] : []),
      ];
      about.replaceChildren(el('dl', {}, ...rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, said(value))))));
      bans.replaceChildren(...(p.bans ?? []).map((/** @type {any} */ ban) => banRow(store, acts, ban)));
      notes?.draw(p.notes ?? []);
    } catch (fault) { acts.trouble(fault); }
  }

  async function list() {
    try {
      const { comments: rows = [] } = await call('GET', `${store.path('comments')}?user=${encodeURIComponent(entry.user)}&limit=50`);
      comments.replaceChildren(...rows.map((/** @type {any} */ row) => {
        const item = { by: '', rule: '', ...row, status: row.cleared ? 'cleared' : row.status };
        return el('li', { class: `person-row ${item.status}` }, el('time', {}, clock(row.at)), el('span', { class: 'said' }, row.in_name && el('b', {}, markedName(row, t('guest')), ' '), markedText(row), unmasked(row, words)), chipOf(item, words));
      }));
    } catch (fault) { acts.trouble(fault); }
  }
}

/**
 * A ban in one line, with its end.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {any} ban
 * @param {string} [name] the author, where that is not clear
 */
export function banRow(store, acts, ban, name = '') {
  const { t, lang } = store.words;
  const until = ban.show_end ? t('for_show') : ban.until ? t('until', { time: new Date(ban.until).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }) }) : t('for_ever');
  return el('li', { class: 'ban-row' },
    el('span', { class: 'chip stop' }, icon(ban.kind === 'ban' ? 'ban' : 'mute'), el('span', {}, t(ban.kind === 'ban' ? 'banned' : 'muted'))),
    el('span', { class: 'ban-words' },
      name && el('b', {}, said(name)), el('span', {}, until),
      ban.address && el('span', {}, t('whole_address', { address: ban.address })),
      ban.reason && el('span', {}, said(ban.reason)), ban.by && el('span', {}, el('bdi', {}, t('by_who', { who: labelled(ban.by, store.words) })))),
    el('button', { type: 'button', class: 'button line', onclick: () => void acts.lift(ban.id), 'aria-label': t('lift_of', { name: name || t(ban.kind === 'ban' ? 'banned' : 'muted') }) }, icon('undo'), el('span', {}, t('lift'))));
}
