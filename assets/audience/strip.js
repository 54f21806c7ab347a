// The strip above the field: it tells, also to screen readers, what happened to a comment.

import { byId, el, icon, invalid } from '../shared/dom.js';

/** @typedef {'stop'|'calm'|'good'} Tone */

/** ms for which good news stays in the strip */
const GOOD_SHOWN = 4_000;

export class Strip {
  #text; #field; #strip; #said; #alarm;
  #banner = '';
  /** @type {any} */ #leaving = null;
  /** whether it counts down, see count */ counting = false;

  /** @param {HTMLFormElement} form @param {HTMLTextAreaElement} text the field for the comment */
  constructor(form, text) {
    this.#text = text;
    this.#field = form.querySelector('.field');
    this.#strip = byId('strip');
    this.#said = byId('said');
    this.#alarm = byId('alarm');
  }

  /** Sets the text of the banner above the field, which the strip does not repeat. @param {string} text "" for nothing */
  below(text) {
    this.#banner = text;
    if (text && this.#strip.textContent === text) this.quiet();
  }

  /**
   * Shows what happened; `then` is what to do about it.
   * @param {Tone} tone @param {string} glyph @param {string} what @param {string} [then]
   * @param {boolean} [here] it is about the text in the field
   */
  say(tone, glyph, what, then = '', here = true) {
    if (what === this.#banner) {
      this.quiet();
      return this.announce(what, true);
    }
    this.counting = false;
    this.#strip.className = `strip ${tone}`;
    // A full-width full stop includes its space.
    const words = then ? el('span', {}, el('strong', {}, what), /[。！？]$/u.test(what) ? then : ` ${then}`) : el('span', {}, what);
    this.#strip.replaceChildren(icon(glyph), words);
    this.#strip.hidden = false;
    this.#field?.classList.toggle('bad', here && tone === 'stop');
    invalid(this.#text, here && tone === 'stop');
    this.announce(`${what} ${then}`, tone === 'stop');
    clearTimeout(this.#leaving);
    if (tone === 'good') this.#leaving = setTimeout(() => this.quiet(), GOOD_SHOWN);
  }

  /** Shows the waiting time, and counts down. @param {string} text */
  sayWait(text) {
    this.say('calm', 'slow', text);
    this.counting = true;
  }

  /** Only the visible text counts down; screen readers have announced it once. @param {string} text */
  count(text) {
    /** @type {HTMLElement} */ (this.#strip.lastElementChild).textContent = text;
  }

  /** For screen readers. @param {string} words @param {boolean} [urgent] */
  announce(words, urgent = false) {
    (urgent ? this.#alarm : this.#said).textContent = words;
    (urgent ? this.#said : this.#alarm).textContent = '';
  }

  /** Hides the strip: its cause is gone. */
  quiet() {
    clearTimeout(this.#leaving);
    this.counting = false;
    this.#strip.hidden = true;
    this.#field?.classList.remove('bad');
    this.#text.removeAttribute('aria-invalid');
  }
}
