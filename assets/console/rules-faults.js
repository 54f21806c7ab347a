// Messages about the lines of a list: each fault with a link to its line, and how many lines
// are left out, for beside the save button.

import { el, icon, said } from '../shared/dom.js';

/** @typedef {{line: number, entry: string, code: string, message: string, warning: boolean, over?: boolean, word?: string, n?: number, of?: number}} Fault as the server sends it */

/**
 * The result of trying a list on recently shown comments, as keys of sentences with their
 * number. The server lists only the gravest faults.
 * @param {{code: string}[]} faults @param {number} total how many there are
 * @returns {[string, {n: number}][]}
 */
export function faultSummary(faults, total) {
  const n = faults.filter(({ code }) => code === 'would_stop').length;
  const more = total - faults.length;
  if (more <= 0) return [[n === 0 ? 'rules_last500_none' : 'rules_last500_some', { n }]];
  return n === 0 ? [['rules_last500_hidden', { n: more }]] : [['rules_last500_some', { n }], ['rules_more', { n: more }]];
}

export class RulesFaults {
  /** how many lines are left out */ count = el('span', { class: 'faulty', role: 'status', hidden: true });
  #words; #editor;

  /** @param {import('../shared/i18n.js').Words} words @param {import('./editor.js').Editor} editor */
  constructor(words, editor) {
    this.#words = words;
    this.#editor = editor;
    this.list = el('ul', { class: 'fault-list', 'aria-label': words.t('rules_faults') });
  }

  /** @param {Fault[]} faults the gravest @param {number} [total] how many there are */
  show(faults, total = faults.length) {
    const { t } = this.#words;
    const found = faults.map((fault) => ({ ...fault, message: this.#sentence(fault) }));
    this.#editor.mark(found);
    const left = new Set(found.filter((fault) => !fault.warning && !fault.over).map((fault) => fault.line)).size;
    this.count.hidden = left === 0;
    this.count.replaceChildren(...(left === 0 ? [] : [icon('refuse'), t('rules_faulty', { n: left }), ...this.#more(total - found.length)]));
    this.list.replaceChildren(...found.map((fault) => el('li', { class: fault.warning ? 'doubt' : '' }, icon(fault.warning ? 'warn' : 'refuse'),
      el('button', { type: 'button', class: 'as-text', onclick: () => this.#editor.goTo(fault.line) }, el('b', {}, t('rules_fault_of', { n: fault.line })), ' ', said(fault.entry), ' — ', said(fault.message)))));
    for (const text of this.#more(total - found.length)) this.list.append(el('li', { class: 'none-yet' }, text));
    if (found.length === 0) this.list.replaceChildren(el('li', { class: 'none-yet' }, t('rules_no_faults')));
  }

  /** The note that the server has not listed all faults. @param {number} n how many it left out @returns {string[]} */
  #more(n) { return n > 0 ? [` ${this.#words.t('rules_more', { n })}`] : []; }

  /** The fault of a line, in the language of the page. @param {Fault} fault */
  #sentence({ code, word = '', n = 0, of = 0, message }) {
    return this.#words.has(`line_${code}`) ? this.#words.t(`line_${code}`, { word, n, of }) : message;
  }
}
