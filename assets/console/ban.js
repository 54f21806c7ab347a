// The dialog of a mute or ban: the person, the duration, the reason, and whether to remove the
// person's comments from the screens.

import { call } from '../shared/api.js';
import { el } from '../shared/dom.js';
import { choice as field, lasting, radio, timeChoice, until } from './ban-times.js';
import { openDialog } from './dialog.js';

/**
 * @param {import('./store.js').Store} store
 * @param {import('./acts.js').Acts} acts
 * @param {'mute'|'ban'} kind
 * @param {import('./model.js').Entry} entry whose author is banned
 * @param {readonly import('./model.js').Entry[]} [theirs] all of one row, if there are several
 */
export function openBan(store, acts, kind, entry, theirs = [entry]) {
  const { words } = store;
  const { t } = words;
  const name = acts.nameOf(entry);
  const behind = el('span', {}, t('by_address'));
  const remove = el('input', { type: 'checkbox', name: 'remove' });
  remove.checked = kind === 'ban';
  const confirm = el('button', { type: 'submit', class: 'button stop full' });
  const form = el('form', { class: 'ban-form', method: 'dialog' },
    el('blockquote', {}, el('bdi', { dir: 'auto' }, entry.text)),
    field(t('what'), '', radio('kind', 'mute', kind === 'mute', t('mute')), radio('kind', 'ban', kind === 'ban', t('ban'))),
    el('p', { class: 'help', id: 'ban-help' }),
    field(t('reach'), 'tall', radio('reach', 'user', true, el('bdi', { dir: 'auto' }, name)), radio('reach', 'address', false, behind)),
    timeChoice(words, kind),
    el('label', { class: 'field' }, el('span', {}, t('reason')), el('input', { name: 'reason', maxlength: 200, autocomplete: 'off', dir: 'auto' })),
    el('label', { class: 'check' }, remove, el('span', {}, t('take_down_too'))),
    el('div', { class: 'dialog-buttons' }, el('button', { type: 'button', class: 'button line', onclick: () => dialog.close() }, t('cancel')), confirm));

  const chosen = () => {
    const data = new FormData(form);
    return { kind: /** @type {'mute'|'ban'} */ (data.get('kind')), seconds: Number(data.get('seconds')), address: data.get('reach') === 'address', reason: String(data.get('reason') ?? '').trim() };
  };
  const describe = () => {
    const now = chosen();
    /** @type {HTMLElement} */ (form.querySelector('#ban-help')).textContent = t(now.kind === 'ban' ? 'ban_help' : 'mute_help');
    confirm.textContent = t(now.kind === 'ban' ? 'ban_for' : 'mute_for', { time: lasting(words, now.seconds) });
  };
  form.addEventListener('change', (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.name === 'kind') remove.checked = input.value === 'ban';
    describe();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const now = chosen();
    dialog.close();
    void ban(now);
  });

  const ban = async (/** @type {ReturnType<typeof chosen>} */ { kind, seconds, address, reason }) => {
    const made = await acts.ban({
      kind, reason, remove: remove.checked,
      ...(address ? { address_of: entry.id } : { user: entry.user }),
      ...until(seconds),
    }, name);
    // Held comments are decided with it, unless they are removed with the rest.
    if (made && !remove.checked) acts.refuseWaiting(theirs);
  };

  const dialog = openDialog(words, t(kind === 'ban' ? 'ban_of' : 'mute_of', { name }), 'small', form);
  describe();
  confirm.focus();
  void count();
  return dialog;

  async function count() {
    const address = /** @type {HTMLInputElement} */ (form.querySelector('[value="address"]'));
    if (entry.source !== 'audience') return none();
    try {
      const { people } = await call('GET', store.path('comments', entry.id, 'address'));
      behind.textContent = t('by_address_n', { n: people });
    } catch {
      none();
    }

    // The comment came through a program, or the address is forgotten.
    function none() {
      address.disabled = true;
      behind.textContent = t('by_address_none');
    }
  }
}
