// The bar over the rules: the list in the editor, whether it is active, the name of a new
// list, and the button for a new one.

import { el, icon } from '../shared/dom.js';
import { toggle } from './page.js';
import { NAME_MOST } from './rule-lists.js';

/** @typedef {import('./rule-lists.js').List} List */

export class RulesBar {
  box = el('div', { class: 'page-bar' });
  #words; #lists; #owner; #to; #chooser;
  /** @type {HTMLInputElement|null} */ #on = null;

  /**
   * @param {import('../shared/i18n.js').Words} words
   * @param {import('./rule-lists.js').RuleLists} lists
   * @param {boolean} owner who may make lists for all rooms
   * @param {{choose: (list: List) => void, fresh: () => void, on: (on: boolean) => void,
   * named: () => void, edit: () => void}} to on: a saved list is switched on or off; named: a
   * new list has another name; edit: called when that is done
   */
  constructor(words, lists, owner, to) {
    this.#words = words;
    this.#lists = lists;
    this.#owner = owner;
    this.#to = to;
    this.#chooser = el('select', { 'aria-label': words.t('rules_list') });
    this.#chooser.addEventListener('change', () => to.choose(lists.all[Number(this.#chooser.value)]));
  }

  /** @param {List} list the one in the editor */
  draw(list) {
    const { t } = this.#words;
    this.#chooser.replaceChildren(...this.#lists.all.map((_, i) => el('option', { value: i })));
    this.#chooser.value = String(this.#lists.all.indexOf(list));
    this.mark();
    const on = toggle(t('rules_on'), list.on, (value) => {
      if (list.fresh) list.on = value;
      else this.#to.on(value);
    });
    this.#on = on.querySelector('input');
    this.box.replaceChildren(this.#chooser, ...(list.fresh ? this.#name(list) : []), on,
      el('button', { type: 'button', class: 'button line', onclick: this.#to.fresh }, icon('plus'), t('rules_new')));
  }

  /** Draws the names of the lists, and marks those with unsaved text. */
  mark() {
    const { t } = this.#words;
    for (const [i, option] of [...this.#chooser.options].entries()) {
      const list = this.#lists.all[i];
      const name = [list.name, list.all && t('rules_all'), list.text !== list.was && t('unsaved')].filter(Boolean).join(' · ');
      if (option.textContent !== name) option.textContent = name;
    }
  }

  /** Sets the switch that shows whether a list is active. @param {boolean} on */
  set on(on) { if (this.#on) this.#on.checked = on; }

  /** Moves the focus to the name of a new list. */
  askName() { this.box.querySelector('input')?.focus(); }

  /** The name of a new list, and for an owner the rooms where it applies. @param {List} list */
  #name(list) {
    const { t } = this.#words;
    const input = el('input', { class: 'plain-field', 'aria-label': t('rules_name'), maxlength: NAME_MOST, value: list.name, dir: 'auto' });
    input.addEventListener('input', () => {
      list.name = input.value;
      this.mark();
      this.#to.named();
    });
    input.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !event.isComposing) this.#to.edit(); });
    if (!this.#owner) return [input];
    return [input, toggle(t('rules_all'), list.all, (all) => {
      Object.assign(list, { all, agreed: false });
      this.mark();
    })];
  }
}
