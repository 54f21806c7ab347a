// Every act of a moderator in the room, over HTTP. The results arrive as events, for this
// console as for all others.

import { ApiError, call } from '../shared/api.js';
import { nameOf } from '../shared/names.js';
import { faultText } from './act-answers.js';
import { decided, showOutcomes } from './decisions.js';
import { decideChosen, decideRow, letThrough, undoAll } from './row-decisions.js';

/** ms after which a decision without an answer has failed: a dead line would keep its row grey for minutes. Asking again is harmless. */
const ANSWERED_WITHIN = 20_000;

/** @type {typeof fetch} */
const inTime = (path, init) => fetch(path, { ...init, signal: AbortSignal.timeout(ANSWERED_WITHIN) });

/** @typedef {import('./model.js').Entry} Entry */

export class Acts {
  /** Whether the last act cannot be undone: then the undo key must not undo an older one. */
  final = false;
  #store; #model; #queue; #redraw;

  /**
   * @param {import('./store.js').Store} store
   * @param {import('./model.js').FeedModel} model
   * @param {import('./queue.js').Queue} queue
   * @param {(entries: readonly Entry[]) => void} redraw draws changed rows
   * @param {import('./numbers.js').Numbers} numbers
   */
  constructor(store, model, queue, redraw, numbers) {
    this.numbers = numbers;
    this.#store = store;
    this.#model = model;
    this.#queue = queue;
    this.#redraw = redraw;
  }

  /** The parts that functions outside this class need. */
  get #parts() { return { store: this.#store, queue: this.#queue, acts: this }; }

  /** @param {string} id */
  find(id) { return this.#model.get(id) ?? this.#queue.get(id); }

  /** Reports in words why an act failed. @param {unknown} fault */
  trouble(fault) {
    if (!(fault instanceof ApiError)) reportError(fault);
    const text = faultText(fault, this.#store.words);
    this.#store.notify('trouble', text);
    this.#store.notice({ text, tone: 'stop', glyph: 'warn' });
  }

  /**
   * One call; a refusal is shown and returns undefined.
   * @param {string} method @param {string} path @param {any} [body]
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    if (method !== 'GET') this.final = false;
    try {
      return (await call(method, path, body)) ?? true;
    } catch (fault) {
      this.trouble(fault);
      return undefined;
    }
  }

  /**
   * Like call, but only for decisions: the caller reports a refusal, and an answer that does
   * not come in time is one.
   * @param {string} method @param {string} path @param {any} [body]
   */
  ask(method, path, body) { return call(method, path, body, inTime); }

  /** @param {string} id */
  async takeDown(id) {
    const entry = this.find(id);
    if (!entry || entry.busy || entry.status === 'removed') return;
    this.final = true;
    this.mark([entry], true);
    try {
      await this.ask('POST', this.#store.path('comments', id, 'remove'));
      entry.busy = false; // the row changes when the event arrives
    } catch (fault) {
      Object.assign(entry, { busy: false, failed: true });
      this.trouble(fault);
    }
    this.#redraw([entry]);
  }

  /**
   * Approves or refuses held comments.
   * @param {'approve'|'refuse'} act @param {string[]} ids
   */
  async decide(act, ids) {
    const items = ids.flatMap((id) => this.find(id) ?? []).filter((item) => item.status === 'held' && !item.busy);
    if (items.length === 0) return;
    this.final = false;
    this.#queue.chooseAll(false);
    const row = this.#queue.rowOf(items[0].id);
    if (items.length === 1 && row?.count === 1) this.#queue.moveFrom(row);
    showOutcomes(act, await decided(act, items, this.#parts), this.#parts);
  }

  /** Refuses a person's held comments together with their mute or ban. @param {readonly Entry[]} entries */
  refuseWaiting(entries) { void this.decide('refuse', entries.filter(({ id }) => this.find(id)?.status === 'held').map(({ id }) => id)); }

  /** Approves or refuses all comments of a row. @param {'approve'|'refuse'} act @param {import('./queue.js').Row} row */
  decideRow(act, row) { return decideRow(act, row, this.#parts); }

  /** Approves or refuses all that are selected. @param {'approve'|'refuse'} act @param {readonly string[]} ids */
  decideChosen(act, ids) { return decideChosen(act, ids, this.#parts); }

  /** Reverses a decision: shows refused comments, and takes shown ones down. @param {import('./queue.js').Decided} decided */
  async undo(decided) {
    if (decided.ids) return void undoAll(decided, decided.ids, this.#parts);
    const done = decided.status === 'refused'
      ? await this.call('POST', this.#store.path('comments', decided.id, 'approve'), { from: 'refused' })
      : await this.call('POST', this.#store.path('comments', decided.id, 'remove'));
    if (!done) return;
    this.#queue.forget(decided.id);
    this.#store.notify('queue');
  }

  /** Shows comments that the filter or a moderator refused. @param {readonly string[]} ids */
  letThrough(ids) { return letThrough(ids, this.#parts); }

  /** Clears the screens only: history keeps the comments. */
  async clear() {
    const done = this.call('POST', this.#store.path('clear'));
    this.final = true;
    if (await done) this.#store.notice({ text: this.#store.words.t('cleared_all'), glyph: 'sweep' });
  }

  /**
   * Changes settings. With a message, a banner offers the undo.
   * @param {Record<string, any>} fields @param {string} [message] key of the words
   */
  async set(fields, message = '') {
    const before = Object.fromEntries(Object.keys(fields).map((name) => [name, this.#store.room[name]]));
    const room = await this.call('PATCH', this.#store.path(), fields);
    // The answer can arrive before the event: no control may jump back in the meantime.
    if (room) for (const name of Object.keys(fields)) this.#store.room[name] = room[name];
    if (room && message) this.#store.notice({ text: this.#store.words.t(message), tone: 'warn', glyph: 'warn', undo: () => this.set(before) });
    return room;
  }

  /** @param {boolean} on */
  lock(on) { return this.call(on ? 'POST' : 'DELETE', this.#store.path('lockdown')); }

  /** @param {Record<string, any>} ban as POST /bans takes it @param {string} name of the person */
  async ban(ban, name) {
    const made = await this.call('POST', this.#store.path('bans'), ban);
    if (!made) return undefined;
    const { t } = this.#store.words;
    this.#store.notify('bans');
    this.#store.notice({ text: t(ban.kind === 'ban' ? 'banned_told' : 'muted_told', { name, n: made.removed }), glyph: ban.kind === 'ban' ? 'ban' : 'mute', undo: () => this.lift(made.id) });
    return made;
  }

  /** @param {string} id of a ban */
  async lift(id) {
    const done = await this.call('DELETE', this.#store.path('bans', id));
    this.#store.notify('bans');
    return done;
  }

  /** @param {string} id */
  pin(id) { return this.call('POST', this.#store.path('comments', id, 'pin')); }

  /** @param {string} id */
  unpin(id) { return this.call('DELETE', this.#store.path('comments', id, 'pin')); }

  /** @param {string} user @param {string} name */
  async removeUser(user, name) {
    const asked = this.call('POST', this.#store.path('users', user, 'remove'));
    this.final = true;
    const done = await asked;
    if (done) this.#store.notice({ text: this.#store.words.t('removed_n', { n: done.removed, name }), glyph: 'takedown' });
    return done;
  }

  /** The name to show for the author of an entry. @param {{name: string, user: string}} entry */
  nameOf(entry) { return nameOf(entry, this.#store.words.t('guest')); }

  /** The name of a pseudonym, from its newest comment here. @param {string} user */
  nameOfUser(user) {
    const { all } = this.#model;
    for (let i = all.length - 1; i >= 0; i--) if (all[i].user === user) return this.nameOf(all[i]);
    return this.nameOf({ name: '', user });
  }

  /** @param {readonly Entry[]} entries @param {boolean} busy */
  mark(entries, busy) {
    for (const entry of entries) Object.assign(entry, { busy, failed: false });
    this.#redraw(entries);
  }
}
