// A text field with numbered lines and marks for faults and warnings.

import { el } from '../shared/dom.js';

export class Editor {
  #field; #gutter;
  #lines = 0;
  /** @type {{line: number, warning: boolean, message: string}[]} */ #faults = [];

  /** @param {string} label */
  constructor(label) {
    this.#field = el('textarea', { 'aria-label': label, spellcheck: 'false', autocapitalize: 'off', dir: 'auto' });
    this.#gutter = el('div', { class: 'gutter', 'aria-hidden': 'true' });
    this.box = el('div', { class: 'editor' }, this.#gutter, this.#field);
    this.#field.addEventListener('scroll', () => { this.#gutter.scrollTop = this.#field.scrollTop; }, { passive: true });
    this.#field.addEventListener('input', () => this.#number());
  }

  get value() { return this.#field.value; }

  set value(text) {
    this.#field.value = text;
    this.#faults = [];
    this.#number(true);
  }

  /** @param {boolean} on */
  set readOnly(on) { this.#field.readOnly = on; }

  focus() { this.#field.focus(); }

  /** Covers the words, which are mostly offensive, until the field has the focus. @param {boolean} on */
  set covered(on) { this.box.classList.toggle('covered', on); }

  /** @param {() => void} fn */
  onInput(fn) { this.#field.addEventListener('input', fn); }

  /** @param {{line: number, warning: boolean, message: string}[]} faults */
  mark(faults) {
    this.#faults = faults;
    this.#number(true);
  }

  /** @param {number} line from 1 */
  goTo(line) {
    const lines = this.value.split('\n');
    const from = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    this.#field.focus();
    this.#field.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    this.#field.scrollTop = (line - 4) * (this.#field.scrollHeight / Math.max(1, lines.length));
  }

  /** @param {boolean} [always] */
  #number(always = false) {
    const count = this.value.split('\n').length;
    if (count === this.#lines && !always) return;
    this.#lines = count;
    const marks = new Map(this.#faults.map((fault) => [fault.line, fault]));
    this.#gutter.replaceChildren(...Array.from({ length: count }, (_, i) => {
      const fault = marks.get(i + 1);
      return el('span', { class: fault ? (fault.warning ? 'doubt' : 'bad') : null, title: fault?.message }, i + 1);
    }));
    this.#gutter.scrollTop = this.#field.scrollTop;
  }
}
