// Two people have edited one list: shows the stored text beside the typed one, with the
// possible next steps. No typed text is lost, and nothing is saved automatically.

import { el, icon } from '../shared/dom.js';
import { Editor } from './editor.js';
import { merge, only } from './merge.js';

/** @typedef {{text: string, version: string, on: boolean}} Theirs as on the server */

export class Conflict {
  /** @type {Theirs|null} */ theirs = null;
  #words; #editor; #status; #merge; #heading; #list = { was: '', on: true };
  #mine = '';

  /**
   * @param {import('../shared/i18n.js').Words} words
   * @param {{merged: (text: string) => void, over: () => void, drop: () => void}} ways
   */
  constructor(words, ways) {
    const { t } = words;
    this.#words = words;
    this.#editor = new Editor(t('rules_theirs'));
    this.#editor.readOnly = true;
    this.#status = el('p', { tabindex: '-1', role: 'alert' });
    this.#heading = el('span', {});
    this.#merge = el('button', { type: 'button', class: 'button main', onclick: () => ways.merged(merge(this.#list.was, this.#mine, this.theirs?.text ?? '')) }, t('rules_merge'));
    this.box = el('div', { class: 'conflict', hidden: true }, icon('warn'), this.#status, el('div', { class: 'page-bar' }, this.#merge,
      el('button', { type: 'button', class: 'button line', onclick: ways.over }, t('rules_over')),
      el('button', { type: 'button', class: 'button line', onclick: ways.drop }, t('rules_drop'))));
    this.beside = el('div', { class: 'theirs', hidden: true }, el('p', { class: 'help' }, this.#heading), this.#editor.box);
  }

  /** Sets the text typed here. @param {string} text */
  set mine(text) {
    this.#mine = text;
    if (this.theirs) this.#mark();
  }

  /**
   * @param {{text: string, was: string, on: boolean}} list as it is typed here
   * @param {Theirs|null} theirs null when it was deleted
   * @param {string} who '' for the same person, elsewhere
   */
  begin(list, theirs, who) {
    const { t } = this.#words;
    this.#list = list;
    this.#mine = list.text;
    this.theirs = theirs ?? { text: '', version: '', on: list.on };
    this.#status.textContent = who ? t(theirs ? 'rules_clash' : 'rules_clash_gone', { who }) : t('rules_clash_self');
    this.#heading.textContent = t(!theirs ? 'rules_theirs_gone' : theirs.on ? 'rules_theirs' : 'rules_theirs_off');
    this.#merge.hidden = !theirs;
    this.#editor.value = this.theirs.text;
    this.#show(true);
    this.#mark();
    this.#status.focus();
  }

  end() {
    this.theirs = null;
    this.#show(false);
  }

  /** @param {boolean} on */
  #show(on) {
    this.box.hidden = this.beside.hidden = !on;
    this.box.closest('.rules-grid')?.classList.toggle('conflicting', on);
  }

  #mark() {
    const message = this.#words.t('rules_not_mine');
    this.#editor.mark(only(this.theirs?.text ?? '', this.#mine).map((line) => ({ line, warning: true, message })));
  }
}
