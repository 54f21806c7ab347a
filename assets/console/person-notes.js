// The moderators' notes about a person: notes for each other, and warnings, which the person's
// phone shows.

import { el, icon, said } from '../shared/dom.js';
import { labelled } from './labels.js';
import { when } from './page.js';

/** The prepared warnings, which the phone shows in its own language. */
export const READY = ['rude', 'spam', 'spoilers', 'topic'];

/** @typedef {{id: string, text?: string, ready?: string, warn?: boolean, read?: number, by: string, at: number}} Note */

/** The text of a note in the console's language. @param {Note} note @param {import('../shared/i18n.js').Words} words */
export function noteText({ text, ready }, { t, has }) {
  return text || (ready && (has(`warn_${ready}`) ? t(`warn_${ready}`) : ready)) || '';
}

/**
 * The notes on a person with the form for another one.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {{user: string, name: string, warnable: boolean}} person warnable: whether the phone can show warnings
 * @param {() => void} changed
 */
export function personNotes(store, acts, { user, name, warnable }, changed) {
  const { words } = store;
  const { t, lang } = words;
  const list = el('ul', { class: 'person-notes' });
  const warned = el('span', { class: 'chip warn', hidden: true });
  const text = el('input', { name: 'text', maxlength: 200, autocomplete: 'off', dir: 'auto', 'aria-label': t('note_text'), placeholder: t('note_text') });
  const ready = el('select', { name: 'ready', 'aria-label': t('note_kind_warning') }, el('option', { value: '' }, t('note_ready')), ...READY.map((one) => el('option', { value: one }, t(`warn_${one}`))));
  const keep = el('button', { type: 'button', class: 'button line', onclick: () => void write(false) }, icon('edit'), el('span', {}, t('note_keep')));
  const warn = el('button', { type: 'button', class: 'button line', onclick: () => void write(true) }, icon('warn'), el('span', {}, t('note_warn')));
  const form = el('form', { class: 'note-form field' }, warnable && ready, text, el('div', { class: 'person-acts' }, keep, warnable && warn));
  ready.addEventListener('change', state);
  text.addEventListener('input', state);
  // Enter saves it for moderators; only the button warns the person.
  form.addEventListener('submit', (event) => { event.preventDefault(); if (!keep.disabled) void write(false); });
  state();
  return {
    root: el('section', { class: 'notes', 'aria-label': t('notes') }, el('h3', {}, t('notes'), ' ', warned), warnable && el('p', { class: 'help' }, t('notes_help')), list, form),
    focus: () => text.focus(),
    /** @param {Note[]} notes newest first */
    draw(notes) {
      const n = notes.filter((note) => note.warn).length;
      warned.hidden = n === 0;
      warned.textContent = t('notes_warned', { n });
      list.replaceChildren(...notes.map(row));
    },
  };

  function state() {
    const own = ready.value === '';
    text.hidden = !own;
    keep.disabled = !own || !text.value.trim();
    warn.disabled = own && !text.value.trim();
  }

  /** @param {boolean} warns */
  async function write(warns) {
    const body = ready.value ? { ready: ready.value, warn: true } : { text: text.value.trim(), warn: warns };
    keep.disabled = warn.disabled = true;
    if (await acts.call('POST', store.path('users', user, 'notes'), body)) {
      text.value = ready.value = '';
      store.notice({ text: warns ? t('note_told', { name }) : t('note_kept'), glyph: 'check' });
      changed();
    }
    state();
  }

  /** @param {Note} note */
  function row(note) {
    const what = noteText(note, words);
    return el('li', { class: 'note-row', 'data-id': note.id },
      el('span', { class: note.warn ? 'chip warn' : 'chip' }, icon(note.warn ? 'warn' : 'edit'), el('span', {}, t(note.warn ? 'note_kind_warning' : 'note_kind_note'))),
      el('span', { class: 'note-words' }, el('span', {}, said(what)),
        el('small', {}, el('time', { datetime: new Date(note.at).toISOString() }, when(note.at, lang)), note.by && el('bdi', {}, t('by_who', { who: labelled(note.by, words) })),
          note.warn && el('span', {}, note.read ? t('note_read', { time: when(note.read, lang) }) : t('note_unread')))),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': t('note_delete', { text: what }), onclick: () => void drop(note) }, icon('x')));
  }

  /** @param {Note} note */
  async function drop(note) {
    if (await acts.call('DELETE', store.path('users', user, 'notes', note.id))) changed();
    form.querySelector('input')?.focus();
  }
}
