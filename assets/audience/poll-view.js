// A poll on a phone: a button for each option with its bar, and one line about the vote's
// status.

import { el, icon, said } from '../shared/dom.js';
import { clockText, pollRows, secondsLeft } from '../shared/items.js';

/** @typedef {import('../shared/items.js').Item} Item */

/** Refusals with their own words. */
const WORDED = ['voted', 'not_live', 'slow_down', 'muted', 'banned', 'room_closed'];

export class PollView {
  #root; #words; #on;
  #heard = document.createElement('p'); // for screen readers: a new poll
  /** @type {{id: string, lang: string, draw: (item: Item, state: State) => void}|null} */ #shown = null;
  /** why the last choice did not count: a code, or "" */ said = '';

  /**
   * @typedef {{mine: string[], waiting: string[], now: number}} State
   * @param {HTMLElement} root
   * @param {import('../shared/i18n.js').Words} words
   * @param {{choose: (item: Item, choice: string) => void, dismiss: (item: Item) => void}} on
   */
  constructor(root, words, on) {
    this.#root = root;
    this.#words = words;
    this.#on = on;
    this.#heard.className = 'sr';
    this.#heard.setAttribute('role', 'status');
    root.before(this.#heard);
  }

  /** @param {Item|undefined} item none: the panel is removed @param {State} state */
  draw(item, state) {
    const { lang } = this.#words;
    this.#root.hidden = !item;
    if (!item) {
      if (this.#shown) this.#root.replaceChildren();
      this.#shown = null;
      return;
    }
    if (this.#shown?.id !== item.id || this.#shown.lang !== lang) {
      if (this.#shown?.id !== item.id) this.said = '';
      this.#shown = { id: item.id, lang, draw: this.#build(item) };
    }
    this.#shown.draw(item, state);
  }

  /** @param {Item} first @returns {(item: Item, state: State) => void} */
  #build(first) {
    const { t } = this.#words;
    let item = first;
    const time = el('span', { class: 'show-time', role: 'timer' });
    const fold = el('button', { type: 'button', class: 'icon-button', 'aria-expanded': 'true', 'aria-controls': 'show-body', 'aria-label': t('poll_fold'), title: t('poll_fold') }, icon('down'));
    const away = el('button', { type: 'button', class: 'icon-button', 'aria-label': t('poll_away'), title: t('poll_away'), onclick: () => this.#on.dismiss(item) }, icon('x'));
    const options = pollRows(first).map((_, i) => this.#option(() => this.#on.choose(item, String(i))));
    const note = el('span', { class: 'show-note', role: 'status' });
    const people = el('span', { class: 'show-people' });
    const body = el('div', { id: 'show-body' }, el('div', { class: 'show-options', role: 'group', 'aria-label': first.spec.question }, ...options.map(({ node }) => node)), el('p', { class: 'show-foot' }, note, people));
    fold.addEventListener('click', () => {
      body.hidden = !body.hidden;
      fold.setAttribute('aria-expanded', String(!body.hidden));
    });
    this.#root.replaceChildren(el('div', { class: 'show-head' }, el('h2', {}, said(first.spec.question)), time, fold, away), body);
    write(this.#heard, `${t('poll')}: ${first.spec.question}`);
    return (next, { mine, waiting, now }) => {
      item = next;
      const over = item.state === 'ended';
      const { votes = 1, changeable = false } = item.spec;
      const spent = over || (!changeable && mine.length >= votes);
      write(time, !over && item.ends ? clockText(secondsLeft(item.ends, now)) : '');
      fold.hidden = over;
      away.hidden = !over;
      if (over) body.hidden = false;
      pollRows(item).forEach((row, i) => options[i].draw(row, { chosen: mine.includes(String(i)), waits: waiting.includes(String(i)), spent, over }));
      write(note, this.#note(item, mine, over));
      write(people, t('poll_people', { n: item.result?.people ?? 0 }));
    };
  }

  /** The status of the vote, or why there is none. @param {Item} item @param {string[]} mine @param {boolean} over */
  #note({ spec }, mine, over) {
    const { t } = this.#words;
    if (over) return t('poll_over');
    if (this.said) return t(WORDED.includes(this.said) ? `poll_${this.said}` : 'poll_failed');
    const votes = spec.votes ?? 1;
    const what = mine.length === 0 ? (votes > 1 ? t('poll_choose_n', { n: votes }) : t('poll_choose'))
      : mine.length < votes ? t('poll_more', { n: votes - mine.length })
        : t(spec.changeable ? 'poll_counts_change' : 'poll_counts');
    return spec.hidden ? `${what} ${t('poll_hidden')}` : what;
  }

  /** @param {() => void} choose */
  #option(choose) {
    const bar = el('span', { class: 'show-bar', 'aria-hidden': 'true' });
    const text = said('');
    const percent = el('span', { class: 'show-percent' });
    const node = el('button', { type: 'button', class: 'show-option', onclick: () => { if (node.getAttribute('aria-disabled') !== 'true') choose(); } }, bar, icon('check'), text, percent);
    return {
      node,
      /** @param {import('../shared/items.js').PollRow} row @param {{chosen: boolean, waits: boolean, spent: boolean, over: boolean}} state */
      draw(row, { chosen, waits, spent, over }) {
        write(text, row.text);
        write(percent, row.votes === null ? '' : `${row.percent}%`);
        bar.style.transform = `scaleX(${row.share.toFixed(4)})`;
        node.className = `show-option${chosen ? ' chosen' : ''}${waits ? ' waits' : ''}${over && row.leads ? ' won' : ''}`;
        node.setAttribute('aria-pressed', String(chosen));
        node.setAttribute('aria-disabled', String(spent));
      },
    };
  }
}

/** Screen readers announce only new text. @param {HTMLElement} node @param {string} text */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
