// Writes as the room: the owner's and the moderators' own comments, with their badge on the
// overlay, flying or fixed, pinned, or as a card.

import { ApiError, call } from '../shared/api.js';
import { icon } from '../shared/dom.js';
import { nameOf } from '../shared/names.js';
import { feature } from './feature.js';
import { SHOW_AS, openShowAsMenu } from './replies.js';

export class Compose {
  #form; #field; #button; #strip; #store;
  #more; #acts; #toFeed;
  /** @type {import('./replies.js').Way} */ #way = 'scroll';
  #busy = false;

  /**
   * @param {{form: HTMLFormElement, field: HTMLInputElement, button: HTMLElement, strip: HTMLElement, more: HTMLElement}} parts
   * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
   * @param {() => void} toFeed shows the feed, which is above the field, if only review is shown
   */
  constructor({ form, field, button, strip, more }, store, acts, toFeed) {
    this.#toFeed = toFeed;
    this.#more = more;
    this.#acts = acts;
    this.#form = form;
    this.#field = field;
    this.#button = button;
    this.#strip = strip;
    this.#store = store;
    form.addEventListener('submit', (event) => { event.preventDefault(); void this.#send(); });
    more.addEventListener('click', () => openShowAsMenu(more, store, { way: this.#way, choose: (way) => { this.#show(way); this.focus(); }, put: (text) => this.#put(text) }));
    store.on('section', () => this.#show(this.#way)); // in another language
    field.addEventListener('input', () => this.#say(''));
    form.addEventListener('focusout', (event) => { if (!field.value && !form.contains(/** @type {Node|null} */ (event.relatedTarget))) delete document.documentElement.dataset.writing; });
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
      if (event.key === 'Escape') field.blur();
    });
  }

  focus() {
    this.#toFeed();
    document.documentElement.dataset.writing = ''; // on a phone the field appears when it is needed
    this.#field.focus();
  }

  /** Starts an answer to a comment. @param {import('./model.js').Entry} entry */
  reply(entry) {
    const to = `@${nameOf(entry, this.#store.words.t('guest'))} `;
    if (!this.#field.value.startsWith(to)) this.#put(to + this.#field.value);
    else this.focus();
  }

  /** Inserts a prepared answer after the mentioned name. @param {string} text */
  #put(text) {
    const to = /^@\S+ $/.test(this.#field.value) ? this.#field.value : '';
    this.#field.value = to + text;
    this.focus();
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  /** @param {import('./replies.js').Way} way the mode of the next one */
  #show(way) {
    const { t } = this.#store.words;
    this.#way = way;
    const label = `${t('say_as')}: ${t(`say_${way}`)}`;
    this.#more.replaceChildren(icon(SHOW_AS.find(([one]) => one === way)?.[1] ?? 'scroll'));
    this.#more.setAttribute('aria-label', label);
    this.#more.title = label;
  }

  async #send() {
    const text = this.#field.value.trim();
    if (!text || this.#busy) return;
    this.#busy = true;
    this.#button.setAttribute('aria-disabled', 'true');
    try {
      const way = this.#way;
      const ack = await call('POST', this.#store.path('comments'), way === 'top' || way === 'bottom' ? { text, mode: way } : { text });
      if (this.#field.value.trim() === text) this.#field.value = '';
      this.#say(ack.outcome === 'held' ? 'said_held' : '');
      this.#show('scroll'); // the mode is only for one comment
      if (ack.outcome === 'shown' && way === 'pinned') void this.#acts.pin(ack.id);
      if (ack.outcome === 'shown' && way === 'featured') void feature(this.#store, this.#acts, ack.id);
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
