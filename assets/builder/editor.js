// The field for CSS: numbered lines, faults beside them, and the documented names, in a list
// and while typing.

import { el, invalid } from '../shared/dom.js';
import { cssFaults } from './css.js';
import { NAMES, beginning, completions } from './names.js';

/** @typedef {import('./names.js').CssName} CssName */

/** px, as in builder.css. */
const LINE = 20, ABOVE = 8;

export class Editor {
  #t; #field; #gutter; #list; #faults; #count;
  /** @type {readonly CssName[]} */ #offers = [];
  #chosen = -1;

  /**
   * @param {{box: HTMLElement, faults: HTMLElement, names: HTMLElement}} page where the field, what
   *   is wrong, and the list of names go
   * @param {(key: string, params?: Record<string, string|number>) => string} t
   * @param {(css: string) => void} changed
   */
  constructor({ box, faults, names }, t, changed) {
    this.#t = t;
    this.#faults = faults;
    this.#gutter = el('div', { class: 'gutter', 'aria-hidden': 'true' });
    this.#field = el('textarea', {
      id: 'css', rows: 8, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'off', 'aria-labelledby': 'css-title',
      'aria-describedby': 'css-help', 'aria-autocomplete': 'list', 'aria-controls': 'css-offers',
    });
    this.#list = el('ul', { id: 'css-offers', class: 'offers', role: 'listbox', 'aria-label': t('css_names'), hidden: true });
    this.#count = el('p', { class: 'sr', role: 'status' });
    box.append(this.#gutter, this.#field, this.#list, this.#count);
    this.#field.addEventListener('input', () => { changed(this.#field.value); this.#draw(); this.#offer(); });
    this.#field.addEventListener('scroll', () => { this.#gutter.scrollTop = this.#field.scrollTop; this.#close(); }, { passive: true });
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    this.#field.addEventListener('blur', () => this.#close());
    this.#field.addEventListener('click', () => this.#close());
    names.append(...NAMES.map((name) => el('li', {},
      el('button', { type: 'button', class: 'name mono', onclick: () => { this.#field.focus(); this.#type(name.insert); } }, name.name), el('span', {}, t(name.key)))));
    this.#draw();
  }

  /** @param {string} css */
  show(css) {
    if (this.#field.value === css) return;
    this.#field.value = css;
    this.#close();
    this.#draw();
  }

  /** Inserts text at the caret and replaces a number of characters before it. The old command
   * keeps the field's own undo, if the browser still has it.
   * @param {string} text @param {number} [instead] */
  #type(text, instead = 0) {
    const { selectionStart: at, selectionEnd: end } = this.#field;
    this.#field.setSelectionRange(at - instead, end);
    if (!document.execCommand('insertText', false, text)) {
      this.#field.setRangeText(text, at - instead, end, 'end');
      this.#field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    this.#close();
  }

  get #before() { return this.#field.value.slice(0, this.#field.selectionStart); }

  #offer() {
    const begun = this.#field.selectionStart === this.#field.selectionEnd ? beginning(this.#before) : '';
    this.#offers = completions(begun);
    const exact = this.#offers.some(({ name }) => name === begun);
    if (this.#offers.length === 0 || exact && this.#offers.length === 1) return this.#close();
    this.#list.replaceChildren(...this.#offers.map(({ name, key }, i) => el('li', {
      role: 'option', id: `offer-${i}`, onpointerdown: (/** @type {Event} */ event) => { event.preventDefault(); this.#take(i); },
    }, el('span', { class: 'mono' }, name), el('span', {}, this.#t(key)))));
    const line = this.#before.split('\n').length;
    this.#list.style.setProperty('top', `${ABOVE + line * LINE - this.#field.scrollTop}px`);
    this.#list.hidden = false;
    this.#count.textContent = this.#t('css_offers', { n: this.#offers.length });
    this.#choose(exact ? -1 : 0);
  }

  /** @param {number} i */
  #choose(i) {
    this.#chosen = i;
    [...this.#list.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === i)));
    if (i < 0) this.#field.removeAttribute('aria-activedescendant');
    else this.#field.setAttribute('aria-activedescendant', `offer-${i}`);
    this.#list.children[i]?.scrollIntoView({ block: 'nearest' });
  }

  /** @param {number} i */
  #take(i) {
    this.#type(this.#offers[i].insert, beginning(this.#before).length);
  }

  #close() {
    this.#list.hidden = true;
    this.#offers = [];
    this.#count.textContent = '';
    this.#choose(-1);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.#list.hidden || event.isComposing) return;
    const last = this.#offers.length - 1;
    if (event.key === 'ArrowDown') this.#choose(this.#chosen >= last ? 0 : this.#chosen + 1);
    else if (event.key === 'ArrowUp') this.#choose(this.#chosen <= 0 ? last : this.#chosen - 1);
    else if ((event.key === 'Enter' || event.key === 'Tab') && this.#chosen >= 0) this.#take(this.#chosen);
    else if (event.key === 'Escape') this.#close();
    else return;
    event.preventDefault();
  }

  /** Draws the line numbers and the faults. */
  #draw() {
    const css = this.#field.value;
    const faults = cssFaults(css);
    const bad = new Set(faults.map(({ line }) => line));
    this.#gutter.replaceChildren(...css.split('\n').map((_, i) => el('span', { class: bad.has(i + 1) ? 'bad' : null }, i + 1)));
    this.#gutter.scrollTop = this.#field.scrollTop;
    this.#faults.replaceChildren(...faults.slice(0, 5).map(({ key, params }) => el('li', {}, this.#t(key, params))));
    this.#faults.hidden = faults.length === 0;
    invalid(this.#field, faults.length > 0);
  }
}
