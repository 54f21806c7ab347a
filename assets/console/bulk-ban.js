// The dialog for muting or banning several people at once: their names, and the duration.

import { el, said } from '../shared/dom.js';
import { authorsOf, banEach } from './ban-each.js';
import { choice, radio, timeChoice, until } from './ban-times.js';
import { openDialog } from './dialog.js';

/** The most names listed; the rest is a number. */
const LISTED = 12;

/** @typedef {import('./model.js').Entry} Entry */

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {'mute'|'ban'} kind @param {readonly Entry[]} entries selected, or represented by one row
 * @param {{done?: () => void, one?: Entry}} [more] called afterwards; the comment that the row shows, whose author can also be chosen alone
 */
export function openBulkBan(store, acts, kind, entries, { done, one } = {}) {
  const { words } = store;
  const { t } = words;
  const people = authorsOf(entries);
  if (people.length === 0) return undefined;
  const remove = el('input', { type: 'checkbox', name: 'remove' });
  remove.checked = kind === 'ban';
  const n = people.length;
  const title = el('span', {}, t(`${kind}_n`, { n }));
  const submit = el('button', { type: 'submit', class: 'button stop full' }, title);
  const names = el('ul', { class: 'bulk-names' }, ...people.slice(0, LISTED).map((entry) => el('li', {}, said(acts.nameOf(entry)))), n > LISTED && el('li', { class: 'soft' }, t('and_n_more', { n: n - LISTED })));
  const form = el('form', { class: 'ban-form', method: 'dialog' },
    one && el('blockquote', {}, said(one.text)),
    one && choice(t('reach'), 'tall', radio('reach', 'all', true, t('people_n', { n })), radio('reach', 'one', false, el('bdi', { dir: 'auto' }, acts.nameOf(one)))),
    names,
    el('p', { class: 'help' }, t(kind === 'ban' ? 'ban_help' : 'mute_help')),
    timeChoice(words, kind),
    el('label', { class: 'field' }, el('span', {}, t('reason')), el('input', { name: 'reason', maxlength: 200, autocomplete: 'off', dir: 'auto' })),
    el('label', { class: 'check' }, remove, el('span', {}, t('take_down_theirs'))),
    el('div', { class: 'dialog-buttons' }, el('button', { type: 'button', class: 'button line', onclick: () => dialog.close() }, t('cancel')), submit));
  const alone = () => new FormData(form).get('reach') === 'one';
  form.addEventListener('change', () => {
    names.hidden = alone();
    title.textContent = one && alone() ? t(`${kind}_of`, { name: acts.nameOf(one) }) : t(`${kind}_n`, { n });
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const hit = one && alone() ? entries.filter(({ user }) => user === one.user) : entries;
    dialog.close();
    done?.();
    void banEach(store, acts, { kind, reason: String(data.get('reason') ?? '').trim(), remove: remove.checked, ...until(Number(data.get('seconds'))) }, hit);
  });
  const dialog = openDialog(words, t(`${kind}_n`, { n }), 'small', form);
  submit.focus();
  return dialog;
}
