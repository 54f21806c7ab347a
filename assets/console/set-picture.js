// The picture of a room, among its settings.

import { el, icon } from '../shared/dom.js';

/** Bytes; see mostPicture in server/picture.go. */
const MOST_PICTURE = 2 * 2 ** 20;

/**
 * The server redraws it, so that it contains nothing but the picture.
 * @param {import('./store.js').Store} store
 * @param {object} page what the settings page makes its controls with
 * @param {(label: string, help: string, ...controls: Node[]) => HTMLElement} page.row
 * @param {(fields: Record<string, any>, near: HTMLElement) => Promise<void>} page.save
 * @param {(near: HTMLElement) => void} page.showSaved shows that it is saved
 * @param {(() => void)[]} page.follow functions that update each control from the room
 */
export function pictureSetting(store, { row, save, showSaved, follow }) {
  const { t } = store.words;
  const file = el('input', { type: 'file', class: 'sr', accept: 'image/png,image/jpeg,image/gif' });
  const choose = el('label', { class: 'button line file' }, icon('upload'), el('span', {}, t('set_picture_choose')), file);
  const off = el('button', { type: 'button', class: 'button line', onclick: () => void save({ look: { ...store.room.look, picture: '' } }, off) }, t('set_picture_off'));
  const shown = el('img', { class: 'room-picture', alt: t('set_picture_now'), hidden: true });
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true });
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    if (!chosen) return;
    fault.hidden = true;
    const code = chosen.size > MOST_PICTURE ? 'set_picture_big' : await send(store, chosen);
    file.value = '';
    fault.hidden = !code;
    fault.textContent = code && t(code);
    if (!code) showSaved(file);
  });
  row(t('set_picture'), t('set_picture_help'), shown, el('div', { class: 'with' }, choose, off), fault);
  follow.push(() => {
    const address = store.room.look?.picture ?? '';
    off.hidden = shown.hidden = !address;
    if (address && shown.getAttribute('src') !== address) shown.setAttribute('src', address);
  });
}

/** Sends a picture; returns the key of the words that explain a refusal. @param {import('./store.js').Store} store @param {File} chosen */
async function send(store, chosen) {
  try {
    const answer = await fetch(store.path('picture'), { method: 'PUT', headers: { 'X-Requested-With': 'danmaku', 'Content-Type': chosen.type }, body: chosen });
    if (answer.ok) return '';
    if (answer.status === 422) return 'set_picture_bad';
    const { code } = await answer.json();
    return store.words.has(`fault_${code}`) ? `fault_${code}` : 'fault_other';
  } catch {
    return 'fault_offline';
  }
}
