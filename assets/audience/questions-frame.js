// The surroundings of the list of questions: the tabs, the order, the switch for asking
// anonymously.

import { byId, el, said } from '../shared/dom.js';

/** The orders of the list, and their labels. */
const SORTS = [['votes', 'ask_top'], ['new', 'ask_new']];

/** Adds the stylesheet, and waits for it: a list without it would jump. */
export function loadStyles() {
  return new Promise((done, failed) => {
    document.head.append(el('link', { rel: 'stylesheet', href: new URL('./questions.css', import.meta.url).href, onload: done, onerror: failed }));
  });
}

export class QuestionsFrame {
  #words; #on;
  list = el('ol', { class: 'asks-list' });
  note = el('p', { class: 'asks-note' });
  #sorts = el('div', { class: 'asks-sort', role: 'group' });
  #title = el('h2', { class: 'asks-title' });
  panel = el('section', { class: 'asks', id: 'asks', hidden: true }, this.#title, this.#sorts, this.list, this.note);
  #tabs = el('div', { class: 'tabs', role: 'tablist' });
  #nav = el('nav', { hidden: true }, this.#tabs);
  #check = el('input', { type: 'checkbox' });
  #label = el('span');
  #option = el('label', { class: 'asks-nameless', hidden: true }, this.#check, this.#label);

  /** @param {import('../shared/i18n.js').Words} words @param {{open: (open: boolean) => void, sort: (sort: string) => void}} on */
  constructor(words, on) {
    this.#words = words;
    this.#on = on;
    const box = /** @type {HTMLElement} */ (document.querySelector('.feed-box'));
    box.before(this.#nav);
    box.after(this.panel);
    byId('choices').before(this.#option);
  }

  /** whether the next question is asked anonymously */
  get nameless() { return this.#check.checked; }

  /** @param {{item: import('../shared/items.js').Item|undefined, open: boolean, sort: string, n: number}} state */
  draw({ item, open, sort, n }) {
    const { t, lang } = this.#words;
    const root = document.documentElement;
    root.toggleAttribute('data-asks', open);
    root.toggleAttribute('data-asks-closed', Boolean(item?.spec.closed));
    this.#nav.hidden = !item;
    this.#nav.setAttribute('aria-label', item?.spec.title ?? '');
    this.panel.hidden = !item || !open;
    this.panel.setAttribute('aria-label', item?.spec.title ?? '');
    if (this.#title.textContent !== (item?.spec.title ?? '')) this.#title.replaceChildren(said(item?.spec.title ?? ''));
    keys(this.#tabs, [[t('ask_comments'), !open, () => this.#on.open(false)], [n ? `${t('ask_tab')} ${n.toLocaleString(lang)}` : t('ask_tab'), open, () => this.#on.open(true)]]);
    keys(this.#sorts, SORTS.map(([name, key]) => [t(key), sort === name, () => this.#on.sort(name)]));
    this.#sorts.setAttribute('aria-label', t('ask_sort'));
    this.#option.hidden = !open || !item?.spec.anonymous;
    this.#label.textContent = t('ask_nameless');
    /** @type {HTMLInputElement} */ (byId('text')).placeholder = t(open ? 'ask_write' : 'write');
  }
}

/** Buttons of which one is chosen. @param {HTMLElement} box @param {[string, boolean, () => void][]} list */
function keys(box, list) {
  list.forEach(([text, chosen, act], i) => {
    const key = /** @type {HTMLButtonElement} */ (box.children[i] ?? box.appendChild(el('button', { type: 'button' })));
    const tab = box.getAttribute('role') === 'tablist';
    if (tab) key.setAttribute('role', 'tab');
    key.setAttribute(tab ? 'aria-selected' : 'aria-pressed', String(chosen));
    if (key.textContent !== text) key.textContent = text;
    key.onclick = act;
  });
}
