// Adds a word of a comment to a list of rules, without leaving the feed.

import { ApiError } from '../shared/api.js';
import { el } from '../shared/dom.js';
import { choice, radio } from './ban-times.js';
import { cut } from './cut.js';
import { openDialog } from './dialog.js';

/** The name of the list that is created if a room has no list. */
const OWN = 'words';

/** How often a list is loaded again because another person has saved it in the meantime. */
const AGAIN = 3;

/** The actions of a rule, in their order. */
const ACTS = /** @type {const} */ (['refuse', 'hold', 'mask']);

/**
 * A text as an entry of a list: characters with a special meaning become spaces, because any
 * sign may occur between words anyway.
 * @param {string} text
 */
export const entryOf = (text) => text.replace(/[#*=@!/\\\s]+/gu, ' ').trim();

/** @param {string} text of a list @param {string} line */
export const withLine = (text, line) => `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;

/** The word that is probably meant: the selection in the comment, the match of a rule, or the whole text. @param {import('./model.js').Entry} entry */
export function likelyWord(entry, selected = String(getSelection() ?? '')) {
  const hits = entry.in_name ? [] : cut(entry.text, entry.spans).filter((part) => part.hit);
  const part = selected.trim() && entry.text.includes(selected.trim()) ? selected : hits[0]?.text;
  return entryOf(part ?? entry.text);
}

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {import('./model.js').Entry} entry */
export async function openWordAdd(store, acts, entry) {
  const { t } = store.words;
  const word = likelyWord(entry);
  const got = await acts.call('GET', store.path('rules'));
  if (!got) return;
  const lists = own(got.lists).map(({ name }) => name);
  const field = el('input', { name: 'word', value: word, autocomplete: 'off', dir: 'auto', required: true, maxlength: 200 });
  const list = el('select', { name: 'list' }, ...(lists.length > 0 ? lists : [OWN]).map((name) => el('option', { value: name }, name)));
  const form = el('form', { class: 'ban-form', method: 'dialog' },
    el('label', { class: 'field' }, el('span', {}, t('word')), field),
    el('p', { class: 'help' }, t('word_help')),
    choice(t('word_then'), 'wrap', ...ACTS.map((act) => radio('act', act, act === ACTS[0], t(`word_${act}`)))),
    lists.length > 1 && el('label', { class: 'field' }, el('span', {}, t('word_list')), list),
    el('div', { class: 'dialog-buttons' }, el('button', { type: 'button', class: 'button line', onclick: () => dialog.close() }, t('cancel')), el('button', { type: 'submit', class: 'button main' }, t('word_save'))));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    dialog.close();
    void save(store, acts, list.value, `${text} => ${new FormData(form).get('act')}`, text);
  });
  const dialog = openDialog(store.words, t('word_add'), 'small', form);
  field.select();
}

/** @param {any[]} lists only those of this room */
const own = (lists) => lists.filter((list) => !list.all && !list.shipped);

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {string} name of the list @param {string} line @param {string} word */
async function save(store, acts, name, line, word) {
  const { t } = store.words;
  try {
    for (let n = 0; ; n++) {
      const { lists } = await acts.ask('GET', store.path('rules'));
      const now = own(lists).find((list) => list.name === name);
      const was = now?.text ?? '';
      if (was.split('\n').some((/** @type {string} */ one) => one.trim() === line)) return store.notice({ text: t('word_there', { word, list: name }), glyph: 'rules' });
      try {
        const saved = await acts.ask('PUT', store.path('rules'), { name, text: withLine(was, line), on: now?.on ?? true, all: false, base: now?.version ?? '' });
        return store.notice({ text: t('word_added', { word, list: name }), glyph: 'rules', undo: () => acts.call('PUT', store.path('rules'), { name, text: was, on: now?.on ?? true, all: false, base: saved.list.version }) });
      } catch (fault) {
        if (!(fault instanceof ApiError && fault.code === 'changed') || n === AGAIN) throw fault;
      }
    }
  } catch (fault) { acts.trouble(fault); }
}
