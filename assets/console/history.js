// What the console reads from history: the newest rows at the start, older ones
// when the feed is scrolled to its beginning.

import { call } from '../shared/api.js';
import { MOST } from './model.js';

export class History {
  #desk; #model; #done;
  #next = 0;
  #busy = false;
  #ran = 0;

  /**
   * @param {import('./desk.js').Desk} desk
   * @param {import('./model.js').FeedModel} model
   * @param {() => void} done rows were added
   */
  constructor(desk, model, done) {
    this.#desk = desk;
    this.#model = model;
    this.#done = done;
  }

  /** From the newest on, also those that `recent` leaves out. */
  start() {
    this.#ran++;
    this.#busy = false;
    return this.#read('');
  }

  older() {
    if (!this.#busy && this.#next > 0 && this.#model.size < MOST) void this.#read(`&before=${this.#next}`);
  }

  /** @param {string} from */
  async #read(from) {
    const run = this.#ran;
    this.#busy = true;
    try {
      const { comments = [], next = 0 } = await call('GET', `${this.#desk.path('comments')}?limit=200${from}`);
      if (run !== this.#ran) return; // the list has started anew meanwhile
      for (const row of comments) this.#model.put(row, row.cleared ? 'cleared' : row.status);
      this.#next = next;
      this.#done();
    } catch { /* the live part works without; scrolling or the next hello asks again */ }
    if (run === this.#ran) this.#busy = false;
  }
}
