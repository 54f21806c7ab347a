// Writing as the room: the owner's and the moderators' own comments, with their
// badge on the overlay.

import { ApiError, call } from '../shared/api.js';

export class Compose {
  #form; #field; #button; #strip; #store;
  #busy = false;

  /**
   * @param {{form: HTMLFormElement, field: HTMLInputElement, button: HTMLElement, strip: HTMLElement}} parts
   * @param {import('./store.js').Store} store
   */
  constructor({ form, field, button, strip }, store) {
    this.#form = form;
    this.#field = field;
    this.#button = button;
    this.#strip = strip;
    this.#store = store;
    form.addEventListener('submit', (event) => { event.preventDefault(); void this.#send(); });
    field.addEventListener('input', () => this.#say(''));
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
      if (event.key === 'Escape') field.blur();
    });
  }

  focus() { this.#field.focus(); }

  async #send() {
    const text = this.#field.value.trim();
    if (!text || this.#busy) return;
    this.#busy = true;
    this.#button.setAttribute('aria-disabled', 'true');
    try {
      const ack = await call('POST', this.#store.path('comments'), { text });
      if (this.#field.value.trim() === text) this.#field.value = '';
      this.#say(ack.outcome === 'held' ? 'said_held' : '');
    } catch (fault) {
      const { has } = this.#store.words;
      const code = fault instanceof ApiError ? fault.code : 'internal';
      this.#say(has(`said_${code}`) ? `said_${code}` : 'fault_other', true);
    }
    this.#busy = false;
    this.#button.removeAttribute('aria-disabled');
  }

  /** @param {string} key @param {boolean} [bad] */
  #say(key, bad = false) {
    this.#strip.textContent = key ? this.#store.words.t(key) : '';
    this.#strip.hidden = !key;
    this.#field.setAttribute('aria-invalid', String(bad));
    this.#form.classList.toggle('bad', bad);
  }
}
