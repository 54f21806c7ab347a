// Returns a text that was not sent: into the field if that is empty, otherwise its row offers
// to edit it.

import { byId } from '../shared/dom.js';

/** @typedef {import('./outbox.js').Item} Item */

export class Unsent {
  #page;

  /** @param {{feed: import('./feed.js').Feed, composer: import('./composer.js').Composer, memory: import('./memory.js').Memory, outbox: () => import('./outbox.js').Outbox}} page */
  constructor(page) { this.#page = page; }

  /** @param {Item} item @returns {boolean} whether its text is in the field now */
  returnText(item) {
    const { feed, composer, outbox } = this.#page;
    const toField = composer.text.trim() === '' && !item.late;
    if (toField) this.#edit(item);
    else {
      outbox().keepRefused(item);
      feed.resolve(item.ref, 'refused');
      this.offerEdit(item);
    }
    return toField;
  }

  /** Adds the button "Edit" to the row of an item. @param {Item} item */
  offerEdit(item) {
    this.#page.feed.offer(item.ref, { key: 'edit', act: () => this.#edit(item) });
  }

  /** Puts the text into the field and swaps it with a half-written text there. @param {Item} item */
  #edit(item) {
    const { feed, composer, memory, outbox } = this.#page;
    const half = composer.text;
    composer.restore(item);
    if (half.trim() === '') {
      outbox().forget(item);
      feed.takeBack(item.ref);
    } else {
      item.text = half;
      outbox().keepRefused(item);
      feed.rewrite(item.ref, half);
      this.offerEdit(item);
    }
    composer.strip.quiet();
    memory.keepText(composer.text);
    byId('text').focus();
  }
}
