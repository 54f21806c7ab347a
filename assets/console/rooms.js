// Creates, opens, closes and archives rooms; for the owner.

import { el, icon, said } from '../shared/dom.js';
import { call, roomPath } from '../shared/api.js';
import { openDialog } from './dialog.js';

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
export function openRooms(store, acts) {
  const { words } = store;
  const { t } = words;
  const here = store.view === 'dock' ? 'dock' : 'console';
  const list = el('ul', { class: 'rooms-list' });
  const id = el('input', { name: 'id', required: true, pattern: '[a-z0-9][a-z0-9_\\-]{0,31}', maxlength: 32, autocomplete: 'off', spellcheck: 'false' });
  const title = el('input', { name: 'title', maxlength: 60, autocomplete: 'off', dir: 'auto' });
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true });
  const form = el('form', { class: 'stack' }, el('h3', {}, t('room_new')),
    el('label', { class: 'field' }, el('span', {}, t('room_id')), id), el('p', { class: 'help' }, t('room_id_help')),
    el('label', { class: 'field' }, el('span', {}, t('room_title')), title), fault,
    el('div', { class: 'dialog-buttons' }, el('button', { type: 'submit', class: 'button main' }, t('room_make'))));
  form.addEventListener('submit', (event) => { event.preventDefault(); void make(); });
  openDialog(words, t('rooms_manage'), 'small', list, form);
  void draw();

  async function make() {
    try {
      const room = await call('POST', '/api/rooms', { id: id.value.trim(), ...(title.value.trim() ? { title: title.value.trim() } : {}) });
      location.assign(`/${here}/${encodeURIComponent(room.id)}`);
    } catch (e) {
      fault.hidden = false;
      const { code = '', status = 0, message = '' } = /** @type {any} */ (e);
      fault.textContent = status === 409 ? t('room_taken') : code === 'offline' ? t('fault_offline') : message;
      id.setAttribute('aria-invalid', 'true');
    }
  }

  async function draw() {
    const got = await acts.call('GET', '/api/rooms?archived=1');
    if (!got) return;
    list.replaceChildren(...got.rooms.map((/** @type {any} */ room) => {
      const act = (/** @type {string} */ text, /** @type {string} */ glyph, /** @type {() => Promise<any>} */ fn) => el('button', { type: 'button', class: 'button line', onclick: () => void fn().then(draw) }, icon(glyph), el('span', {}, text));
      const set = (/** @type {any} */ fields) => acts.call('PATCH', roomPath(room.id), fields);
      return el('li', {}, el('span', { class: 'rooms-name' }, room.archived ? said(room.title || room.id) : el('a', { href: `/${here}/${encodeURIComponent(room.id)}` }, said(room.title || room.id)), el('span', { class: 'help' }, room.id)),
        room.archived
          ? act(t('room_back'), 'undo', () => set({ archived: false }))
          : act(t(room.state === 'closed' ? 'open_room' : 'close_room'), room.state === 'closed' ? 'play' : 'lock', () => set({ state: room.state === 'closed' ? 'open' : 'closed' })),
        room.archived ? null : act(t('room_archive'), 'download', () => acts.call('DELETE', roomPath(room.id))));
    }));
  }
}
