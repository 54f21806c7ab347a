// The room's branding on the page: its colour under the header, its picture, and its phrases.

import { byId, el } from '../shared/dom.js';
import { insertText } from '../shared/insert.js';
import { atMachine } from '../shared/machine.js';

/**
 * A room's picture on our own server. The browser would send the visitor's cookies to any
 * other address.
 */
const OWN = /^\/r\/[a-z0-9_-]+\/picture\/[0-9a-f]+\.jpg$/;

/** @param {Record<string, string>} look */
export function applyBranding({ color = '', picture = '' } = {}) {
  const top = /** @type {HTMLElement} */ (document.querySelector('.top'));
  const good = /^#[0-9a-f]{6}$/.test(color);
  top.classList.toggle('branded', good);
  if (good) top.style.setProperty('--room', color);
  const image = /** @type {HTMLImageElement} */ (byId('picture'));
  const shown = OWN.test(picture);
  image.onerror = () => { image.hidden = true; }; // it has been replaced
  if (shown && !image.getAttribute('src')?.endsWith(picture)) image.src = atMachine(picture);
  if (!shown) image.removeAttribute('src');
  image.hidden = !shown;
}

/** The button that replaces the row of choices by the room's phrases, and back. */
export class Phrases {
  #key = byId('phrase-key');
  #row = byId('phrases');
  #choices = byId('choices');
  #text = /** @type {HTMLInputElement} */ (byId('text'));
  #offered = '';

  constructor() {
    this.#key.addEventListener('click', () => this.#show(this.#row.hidden));
    this.#row.addEventListener('click', (event) => {
      const button = /** @type {Element} */ (event.target).closest('button');
      if (button) insertText(this.#text, button.textContent ?? '');
    });
  }

  /** @param {readonly string[]} phrases */
  offer(phrases = []) {
    if (JSON.stringify(phrases) === this.#offered) return;
    this.#offered = JSON.stringify(phrases);
    this.#row.replaceChildren(...phrases.map((p) => el('button', { type: 'button', dir: 'auto' }, p)));
    this.#key.hidden = phrases.length === 0;
    if (phrases.length === 0) this.#show(false);
  }

  /** @param {boolean} open */
  #show(open) {
    this.#row.hidden = !open;
    this.#choices.hidden = open;
    this.#key.setAttribute('aria-expanded', String(open));
  }
}
