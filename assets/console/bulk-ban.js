// Muting or banning several people at once: who they are, for how long, and one
// way back for all.

import { el, said } from '../shared/dom.js';
import { timeChoice, until } from './ban-times.js';
import { openDialog } from './dialog.js';

/** Names that are listed; the rest is a number. */
const LISTED = 12;

/** @typedef {import('./model.js').Entry} Entry */

/**
 * One comment of each person; those who run the room cannot be banned.
 * @param {readonly Entry[]} entries
 */
export function authorsOf(entries) {
  /** @type {Map<string, Entry>} */ const people = new Map();
  for (const entry of entries) if (entry.user && !entry.badge && !people.has(entry.user)) people.set(entry.user, entry);
  return [...people.values()];
}

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {'mute'|'ban'} kind @param {readonly Entry[]} entries that were selected
 * @param {() => void} done
 */
export function openBulkBan(store, acts, kind, entries, done) {
  const { words } = store;
  const { t } = words;
  const people = authorsOf(entries);
  if (people.length === 0) return;
  const remove = el('input', { type: 'checkbox', name: 'remove' });
  remove.checked = kind === 'ban';
  const n = people.length;
  const submit = el('button', { type: 'submit', class: 'button stop full' }, t(`${kind}_n`, { n }));
  const form = el('form', { class: 'ban-form', method: 'dialog' },
    el('ul', { class: 'bulk-names' }, ...people.slice(0, LISTED).map((entry) => el('li', {}, said(acts.nameOf(entry)))), n > LISTED && el('li', { class: 'soft' }, t('and_n_more', { n: n - LISTED }))),
    el('p', { class: 'help' }, t(kind === 'ban' ? 'ban_help' : 'mute_help')),
    timeChoice(words, kind),
    el('label', { class: 'field' }, el('span', {}, t('reason')), el('input', { name: 'reason', maxlength: 200, autocomplete: 'off', dir: 'auto' })),
    el('label', { class: 'check' }, remove, el('span', {}, t('take_down_theirs'))),
    el('div', { class: 'dialog-buttons' }, el('button', { type: 'button', class: 'button line', onclick: () => dialog.close() }, t('cancel')), submit));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const data = new FormData(form);
    dialog.close();
    done();
    void banAll({ kind, reason: String(data.get('reason') ?? '').trim(), remove: remove.checked, ...until(Number(data.get('seconds'))) });
  });
  const dialog = openDialog(words, t(`${kind}_n`, { n }), 'small', form);
  submit.focus();

  /** @param {Record<string, any>} ban */
  async function banAll(ban) {
    /** @type {string[]} */ const made = [];
    let removed = 0;
    for (const { user } of people) {
      try {
        const one = await acts.ask('POST', store.path('bans'), { ...ban, user });
        made.push(one.id);
        removed += one.removed ?? 0;
      } catch (fault) { acts.trouble(fault); }
    }
    if (made.length === 0) return;
    store.notify('bans');
    // What was selected is decided with it, unless it went with the rest.
    if (!ban.remove) await acts.decide('refuse', entries.filter(({ id }) => acts.find(id)?.status === 'held').map(({ id }) => id));
    store.notice({ text: t(`${kind}_told_n`, { n: made.length, removed }), glyph: kind, undo: async () => { for (const id of made) await acts.lift(id); } });
  }
}
