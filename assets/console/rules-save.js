// Saves, checks and deletes rule lists on the server. Saves run one after the other,
// and each names the version it is based on, so that of two people who edit one list
// neither overwrites the other. Checks run beside them: the page hears of every save,
// but only of the faults that the newest request found.

import { ApiError, call } from '../shared/api.js';

/** @typedef {import('./rule-lists.js').List} List */

export class RulesSaver {
  #store; #events;
  /** the save under way: the next one is based on the version that it makes */ #last = Promise.resolve();
  #sent = 0; #shown = 0; // numbers of requests: the last one sent, and the newest one whose faults are shown

  /**
   * @param {import('./store.js').Store} store
   * @param {{saved: (list: List, text: string, version: string) => void, faults: (list: List, faults: any[], total?: number) => void, changed: (list: List, by: string) => Promise<void>, failed: (fault: unknown) => void}} events
   *   saved: the list is stored with that text; faults: what the server says about its
   *   lines, and their number in all, and no newer request said otherwise; changed: another person saved it first
   */
  constructor(store, events) {
    this.#store = store;
    this.#events = events;
  }

  /** A list as the server expects it. @param {List} list */
  static draft({ name, text, on, all }) { return { name: name.trim(), text, on, all }; }

  /** @param {List} list @returns {Promise<any>} the answer, undefined when it was not saved */
  save(list) {
    const done = this.#last.then(() => this.#guard(list, async () => {
      const sent = RulesSaver.draft(list);
      return this.#put(list, { ...sent, base: list.version }, (got) => this.#events.saved(list, sent.text, got.list.version));
    }));
    this.#last = done.then(() => {});
    return done;
  }

  /** Asks for the result of a save, and changes nothing. @param {List} list @returns {Promise<any>} the answer, undefined without one */
  check(list) {
    return this.#guard(list, () => this.#put(list, { ...RulesSaver.draft(list), name: list.name.trim() || 'list', dry: true }, () => {}));
  }

  /** @param {List} list @param {Record<string, unknown>} body @param {(got: any) => void} done */
  async #put(list, body, done) {
    const number = ++this.#sent;
    const got = await call('PUT', this.#store.path('rules'), body);
    done(got);
    if (number > this.#shown) {
      this.#shown = number;
      this.#events.faults(list, got.faults ?? [], got.faults_total);
    }
    return got;
  }

  /** @param {List} list @returns {Promise<boolean|undefined>} true when it is deleted */
  erase(list) {
    const query = new URLSearchParams({ base: list.version, ...(list.all ? { all: '1' } : {}) });
    return this.#guard(list, async () => {
      await call('DELETE', `${this.#store.path('rules', list.name)}?${query}`);
      return true;
    });
  }

  /** @template T @param {List} list @param {() => Promise<T>} request @returns {Promise<T|undefined>} */
  async #guard(list, request) {
    try {
      return await request();
    } catch (fault) {
      if (fault instanceof ApiError && fault.code === 'changed') await this.#events.changed(list, fault.by);
      else this.#events.failed(fault);
      return undefined;
    }
  }
}
