// The saved filters in the menu of filters, and the dialog that saves one.

import { el, icon, said } from '../shared/dom.js';
import { openDialog } from './dialog.js';
import { keep, kept } from './kept.js';
import { LONGEST_NAME, MOST_PRESETS, choiceOf, hasRoom, isPlain, isSame, readPresets, withPreset } from './presets.js';

/** @typedef {import('./presets.js').Preset} Preset */
/** @typedef {import('./presets.js').Choice} Choice */

const read = () => readPresets(kept('filters', /** @type {unknown[]} */ ([])));

/**
 * The part of the menu with the saved filters, and a line that saves the present one.
 * @param {import('./store.js').Store} store
 * @param {import('./model.js').Filter} now @param {(choice: Choice) => void} use @param {() => void} changed the list has changed
 */
export function presetItems(store, now, use, changed) {
  const { t } = store.words;
  const list = read(), choice = choiceOf(now);
  const write = (/** @type {Preset[]} */ next) => { keep('filters', next); changed(); };
  const remove = (/** @type {string} */ name) => {
    write(read().filter((one) => one.name !== name));
    store.notice({ text: t('filter_deleted', { name }), glyph: 'x', undo: async () => write(list) });
  };
  const rows = list.map((one) => {
    const tick = icon('check');
    tick.classList.add('tick');
    return el('div', { class: 'preset' },
      el('button', { type: 'button', 'aria-pressed': String(isSame(one, choice)), title: inWords(one, t), onclick: () => use(one) }, el('span', {}, said(one.name)), tick),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': t('filter_delete', { name: one.name }), title: t('filter_delete', { name: one.name }), onclick: () => remove(one.name) }, icon('x')));
  });
  // A saved filter, or one that excludes nothing, need not be saved.
  const known = isPlain(choice) || list.some((one) => isSame(one, choice));
  const save = known ? null : el('button', { type: 'button', onclick: () => openSave(store, choice, write) }, icon('plus'), el('span', {}, t('filter_save')));
  return rows.length > 0 || save ? [el('hr'), ...rows, ...(save ? [save] : [])] : [];
}

/** A filter in words. @param {Choice} choice @param {import('../shared/i18n.js').Words['t']} t */
const inWords = ({ kind, query, source, calm }, t) => [
  kind === 'shown' || kind === 'stopped' ? t(`filter_${kind}`) : kind === 'all' ? '' : t(`only_${kind}`),
  source && t(`source_${source}`), query && t('filter_query', { query }), calm && t('calm_on'),
].filter(Boolean).join(' · ');

/** @param {import('./store.js').Store} store @param {Choice} choice @param {(list: Preset[]) => void} write */
function openSave(store, choice, write) {
  const { t } = store.words;
  const field = el('input', { name: 'name', autocomplete: 'off', dir: 'auto', required: true, maxlength: LONGEST_NAME });
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true });
  const form = el('form', { class: 'ban-form', method: 'dialog' },
    el('p', { class: 'dialog-text' }, said(inWords(choice, t))),
    el('label', { class: 'field' }, el('span', {}, t('filter_name')), field), fault,
    el('p', { class: 'help' }, t('filter_name_help')),
    el('div', { class: 'dialog-buttons' }, el('button', { type: 'button', class: 'button line', onclick: () => dialog.close() }, t('cancel')), el('button', { type: 'submit', class: 'button main' }, t('rules_save'))));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = field.value.trim(), list = read();
    if (!name) return;
    if (!hasRoom(list, name)) {
      fault.textContent = t('filter_full', { n: MOST_PRESETS });
      fault.hidden = false;
      return;
    }
    dialog.close();
    write(withPreset(list, name, choice));
    store.notice({ text: t('filter_saved', { name }), glyph: 'check', tone: 'good' });
  });
  const dialog = openDialog(store.words, t('filter_save_title'), 'small', form);
  field.focus();
}
