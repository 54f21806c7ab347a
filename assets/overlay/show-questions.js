// The questions with the most votes, for a second screen whose address asks for them
// (`questions=5`, at most as many as the server sends). They are on the left, so that the
// corner stays free.

import { line, write } from './show-node.js';

export class TopQuestions {
  most = 0;
  #title = line('bdi', 'dm-questions-title');
  #list = line('div', 'dm-questions-list');
  node = line('div', 'dm-questions', this.#title, this.#list);

  /** @param {import('../shared/items.js').Item|undefined} item the live list @param {string} lang */
  draw(item, lang) {
    const top = (item?.result?.top ?? []).slice(0, this.most);
    this.node.hidden = top.length === 0;
    write(this.#title, item?.spec.title ?? '');
    while (this.#list.children.length > top.length) this.#list.lastElementChild?.remove();
    top.forEach((/** @type {{text: string, name?: string, votes: number}} */ q, /** @type {number} */ i) => {
      const row = /** @type {HTMLElement} */ (this.#list.children[i] ?? this.#list.appendChild(line('div', 'dm-question', line('span', 'dm-question-votes'), line('bdi', 'dm-question-text'))));
      const [votes, text] = /** @type {HTMLElement[]} */ ([...row.children]);
      write(votes, q.votes.toLocaleString(lang));
      write(text, q.text);
    });
  }
}
