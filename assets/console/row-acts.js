// The acts of a row of the feed or of review, by button, key or menu. Their dialogs are loaded
// once the console is connected: one that arrived long after its key would take the keys that
// a moderator means for another row.

import { ApiError } from '../shared/api.js';
import { authorsOf } from './ban-each.js';
import { approveAndFeature, feature } from './feature.js';
import { Looking } from './looking.js';
import { takeDownAll } from './take-down.js';

/** @typedef {import('./model.js').Entry} Entry */

const DIALOGS = {
  ban: () => import('./ban.js'),
  bulkBan: () => import('./bulk-ban.js'),
  person: () => import('./person.js'),
  word: () => import('./word-add.js'),
  menu: () => import('./row-menu.js'),
};

/**
 * The parts of the page that are created after this one.
 * @typedef {object} Late
 * @property {import('./feed.js').FeedView} view
 * @property {import('./compose.js').Compose} compose
 * @property {ReturnType<typeof import('./filters.js').wireFilters>} filters
 * @property {(id: string) => void} menu opens the menu of a comment
 */

export class RowActs {
  #store; #acts; #queue; #looking;
  /** @type {Late|undefined} */ #late;

  /** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts @param {import('./queue.js').Queue} queue */
  constructor(store, acts, queue) {
    this.#store = store;
    this.#acts = acts;
    this.#queue = queue;
    this.#looking = new Looking(store);
    const loaded = store.on('line', (state) => {
      if (state !== 'open') return;
      loaded();
      for (const load of Object.values(DIALOGS)) load().catch(() => {}); // its use tries again
    });
  }

  /** Loads a dialog and opens it; a failure is reported. @template T @param {() => Promise<T>} load @param {(module: T) => void} open */
  #open(load, open) {
    void load().then(open, (fault) => this.#acts.trouble(new ApiError(0, 'offline', String(fault))));
  }

  /** What review can open. */
  opens = {
    /** @param {'mute'|'ban'} kind @param {Entry} entry @param {readonly Entry[]} all that its row stands for */ ban: (kind, entry, all) => this.#ban(kind, entry, all),
    /** @param {Entry} entry */ person: (entry) => this.#person(entry),
    /** @param {string} id of a comment that waits */ look: (id) => void this.#looking.at(id),
    /** @param {Entry} entry */ feature: (entry) => void approveAndFeature(this.#store, this.#acts, this.#queue, entry.id),
    /** @param {'mute'|'ban'} kind @param {Entry[]} entries @param {() => void} done */
    banAll: (kind, entries, done) => this.#open(DIALOGS.bulkBan, ({ openBulkBan }) => openBulkBan(this.#store, this.#acts, kind, entries, { done })),
  };

  /** @param {Late} late @returns {import('./row-menu.js').Parts} what the menu of a comment calls */
  begin(late) {
    this.#late = late;
    const { opens } = this;
    return { store: this.#store, acts: this.#acts, open: {
      person: opens.person, note: (entry) => this.#person(entry, true), feature: opens.feature, ban: (kind, entry, all) => this.#ban(kind, entry, all),
      decide: (act, ids) => void this.#acts.decide(act, ids),
      inReview: (id) => this.#queue.rowOf(id),
      ids: (id) => late.view.items.idsOf(id),
      reply: (entry) => late.compose.reply(entry),
      word: (entry) => this.#open(DIALOGS.word, ({ openWordAdd }) => openWordAdd(this.#store, this.#acts, entry)),
    } };
  }

  /** @param {string} act @param {string} id @param {string[]} ids all comments of the row */
  act(act, id, ids) {
    const store = this.#store, acts = this.#acts;
    const entry = acts.find(id);
    if (!entry) return;
    const { status } = entry;
    switch (act) {
      case 'menu': this.#late?.menu(id); break;
      case 'approve': case 'refuse': if (status === 'held') void acts.decide(act, ids); break;
      case 'takedown': if (status === 'shown' || status === 'cleared' || status === 'held') void takeDownAll(store, acts, ids); break;
      case 'person': this.#person(entry); break;
      case 'feature': if (status === 'shown') void feature(store, acts, id); break;
      case 'pin': if (status === 'shown') void (store.pin?.id === id ? acts.unpin(id) : acts.pin(id)); break;
      case 'mute': case 'ban': if (!entry.badge && entry.user) this.#ban(act, entry, ids.flatMap((one) => acts.find(one) ?? [])); break;
    } // any other is a key of review, handled elsewhere
  }

  /** @param {Entry} entry @param {boolean} [noting] to write a note */
  #person(entry, noting) {
    this.#open(DIALOGS.person, ({ openPerson }) => {
      const dialog = openPerson(this.#store, this.#acts, entry, { ban: (kind, of) => this.#ban(kind, of), only: (user, name) => this.#late?.filters.only(user, name) }, noting);
      this.#looking.during(entry.id, dialog);
    });
  }

  /** @param {'mute'|'ban'} kind @param {Entry} entry @param {readonly Entry[]} [all] of its row: their authors */
  #ban(kind, entry, all = [entry]) {
    const look = (/** @type {HTMLDialogElement|undefined|null|void} */ dialog) => { if (dialog) this.#looking.during(entry.id, dialog); };
    if (authorsOf(all).length > 1) this.#open(DIALOGS.bulkBan, ({ openBulkBan }) => look(openBulkBan(this.#store, this.#acts, kind, all, { one: entry })));
    else this.#open(DIALOGS.ban, ({ openBan }) => look(openBan(this.#store, this.#acts, kind, entry, all)));
  }
}
