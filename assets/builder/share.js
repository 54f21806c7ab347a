// The results of the builder: the address, with changed options in bold, and the list of
// those, each of which a click resets.

import { el, icon } from '../shared/dom.js';
import { defaultOf, writeOption } from '../shared/options.js';
import { changed, pageOf, queryOf } from './link.js';
import { inWords } from './panel.js';

/** @typedef {(key: string, params?: Record<string, string|number>) => string} T */

/** Masks the key for display: others may see the screen. @param {string} base */
const maskKey = (base) => base.replace(/key=([^&]{4})[^&]+([^&]{4})/, 'key=$1…$2');

export class Share {
  #base; #t; #style; #link; #list; #empty; #count;

  /**
   * @param {{base: string, style: import('./style.js').Style, t: T}} host base is the overlay's address with its key
   * @param {{link: HTMLElement, list: HTMLElement, empty: HTMLElement, count: HTMLElement}} page
   */
  constructor({ base, style, t }, { link, list, empty, count }) {
    this.#base = base;
    this.#t = t;
    this.#style = style;
    this.#link = link;
    this.#list = list;
    this.#empty = empty;
    this.#count = count;
  }

  /** The address of the page that draws, with its key. */
  get #page() { return this.#base.replace('/overlay/', `/${pageOf(this.#style.options)}/`); }

  /** The whole address. */
  get address() {
    const query = queryOf(this.#style.options);
    return this.#page + (query && `&${query}`);
  }

  show() {
    const { options } = this.#style;
    const names = changed(options);
    this.#link.replaceChildren(maskKey(this.#page), ...names.map((name) => el('b', {}, `&${new URLSearchParams({ [name]: writeOption(name, options[name]) })}`)));
    this.#list.replaceChildren(...names.map((name) => el('li', {}, el('button', {
      type: 'button', class: 'chip', 'data-back': name, title: this.#t('back_to', { name: this.#t(`opt_${name}`), value: inWords(name, defaultOf(name, options.theme, options.box), this.#t) }),
      onclick: () => this.#back(name),
    }, el('span', {}, this.#t('differs', { name: this.#t(`opt_${name}`), value: inWords(name, options[name], this.#t) })), icon('undo')))));
    this.#empty.hidden = names.length > 0;
    this.#count.textContent = this.#t('count', { n: names.length });
  }

  /** @param {import('./link.js').Name} name */
  #back(name) {
    const { options } = this.#style;
    const at = changed(options).indexOf(name);
    this.#style.set({ [name]: name === 'theme' ? '' : defaultOf(name, options.theme, options.box) });
    // Keyboard focus stays in the list.
    const rest = this.#list.querySelectorAll('button');
    (rest[Math.min(at, rest.length - 1)] ?? this.#count).focus();
  }
}
