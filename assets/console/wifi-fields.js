// The Wi-Fi of a venue, for the second screen and the poster. Settings of the room are sent to
// all pages; this is not one of them: only this page requests it.

import { el } from '../shared/dom.js';
import { toggle } from './page.js';

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {(near: HTMLElement) => void} showSaved shows that it is saved
 * @returns {HTMLElement[]} the controls
 */
export function wifiFields(store, acts, showSaved) {
  const { t } = store.words;
  const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' };
  const name = el('input', { id: 'set-wifi-name', 'aria-label': t('set_wifi_name'), placeholder: t('set_wifi_name'), maxlength: 32, dir: 'auto', ...plain });
  const password = el('input', { id: 'set-wifi-password', type: 'password', 'aria-label': t('set_wifi_password'), placeholder: t('set_wifi_password'), maxlength: 63, ...plain, autocomplete: 'new-password' });
  const shown = toggle(t('set_wifi_show'), false, (on) => { password.type = on ? 'text' : 'password'; });
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true });
  const save = async () => {
    fault.hidden = true;
    if (!name.value) password.value = '';
    try {
      await acts.ask('PUT', store.path('wifi'), { name: name.value, password: password.value });
      showSaved(name);
    } catch (error) {
      const { status, code } = /** @type {any} */ (error);
      fault.textContent = t(status === 422 ? 'set_wifi_bad' : store.words.has(`fault_${code}`) ? `fault_${code}` : 'fault_other');
      fault.hidden = false;
    }
  };
  for (const input of [name, password]) input.addEventListener('change', () => void save());
  void acts.ask('GET', store.path('wifi')).then((wifi) => {
    if (!name.value) name.value = wifi.name ?? '';
    if (!password.value) password.value = wifi.password ?? '';
  }).catch(() => {}); // an older server has none
  return [name, el('div', { class: 'with' }, password, shown), fault];
}
