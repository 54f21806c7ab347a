// Applies the frames of the room to the console: the store, the feed's model, the queue and
// the numbers.

import { wireLookers } from './looking.js';

/** @typedef {import('./model.js').Status} Status */

/**
 * @typedef {object} Parts
 * @property {import('./store.js').Store} store
 * @property {import('./model.js').FeedModel} model
 * @property {import('./queue.js').Queue} queue
 * @property {import('./feed.js').FeedView} view
 * @property {import('./history.js').History} history
 * @property {import('./numbers.js').Numbers} numbers
 * @property {import('./raid.js').RaidWatch} raids
 * @property {import('../shared/connection-status.js').ConnectionStatus} line
 * @property {() => void} changed runs when the header or the banner may have changed
 */

export class RoomEvents {
  #parts;
  /** the server can write its log */ saving = true;
  /** why the server closed the socket */ stopped = '';
  /** the last greeting brought a new list */ fullList = false;
  handlers;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.handlers = this.#handlers(parts);
  }

  /** @param {any} event @param {Status} status */
  #put(event, status) {
    const { model, view } = this.#parts;
    const news = model.put(event, status);
    view.put(news);
    return news.entry;
  }

  /** Handles a decision about a comment: it leaves the queue, or its decision changes. @param {any} event @param {'shown'|'refused'} status */
  #decided(event, status) {
    const { queue, store } = this.#parts;
    this.#put(event, status);
    if (event.from !== 'held') return void (event.from && queue.forget(event.id));
    if (queue.knows(event.seq)) return;
    queue.leave(event.id, event);
    if (event.by) queue.remember({ id: event.id, text: event.text, status, by: event.by, group: event.group, user: event.user, seq: event.seq });
    store.notify('queue');
  }

  /** @param {Parts} parts @returns {import('../shared/socket-env.js').Handlers} */
  #handlers({ store, model, queue, view, history, numbers, raids, line, changed }) {
    return {
      hello: (/** @type {any} */ hello) => {
        store.clock.reset(hello.time);
        this.fullList = !hello.resumed;
        // The list was reloaded, and the page says so, however short the absence was.
        if (this.fullList && store.room.id) line.back();
        store.room = hello.room;
        if (this.fullList) {
          store.notify('gone', null); // removals during the absence are not reported
          model.reset(hello.recent);
          void history.start();
        }
        const held = (hello.held ?? []).map((/** @type {any} */ event) => model.put(event, 'held').entry);
        queue.reset(held, hello.held_total ?? held.length, hello.held_groups, hello.held_seq);
        if (this.fullList) view.redraw();
        else view.refill();
        store.pin = hello.pin ?? null;
        store.replay = hello.replay ?? null;
        store.items.reset(hello.items);
        for (const topic of /** @type {const} */ (['room', 'queue', 'pin', 'items', 'bans', 'replay'])) store.notify(topic);
      },
      comment: (comment) => {
        this.#decided(comment, 'shown');
        store.notify('shown', comment);
      },
      held: (comment) => {
        const { seq = 0, count } = /** @type {any} */ (comment);
        const entry = this.#put(comment, 'held');
        if (queue.knows(seq)) return;
        queue.add(entry, count);
        store.notify('held', entry);
        store.notify('queue');
      },
      refused: (comment) => this.#decided(comment, 'refused'),
      remove: (event) => {
        store.notify('gone', event);
        for (const id of event.ids ?? []) {
          const item = queue.get(id);
          queue.forget(id);
          if (!item || queue.knows(event.seq ?? 0)) continue;
          queue.leave(id);
          if (event.by && !event.erased) queue.remember({ id, text: item.text, status: 'removed', by: event.by });
        }
        const { held_groups: groups = [], seq = 0 } = /** @type {any} */ (event);
        if (!queue.knows(seq)) queue.recount(groups);
        if (event.erased) {
          if (store.pin && event.ids?.includes(store.pin.id)) store.pin = null;
          model.erase(event);
          view.redraw();
        } else view.changed(model.remove(event));
        if (store.pin && model.get(store.pin.id)?.status === 'removed') store.pin = null;
        store.notify('queue');
        store.notify('pin');
      },
      clear: (event) => {
        store.notify('gone', null);
        view.changed(model.clear(/** @type {any} */ (event)));
        store.pin = null;
        store.notify('pin');
      },
      pin: (/** @type {any} */ event) => {
        store.pin = event.id ? event.comment ?? model.get(event.id) ?? null : null;
        store.notify('pin');
      },
      item: (event) => {
        store.items.put(event);
        store.notify('items');
      },
      item_gone: (event) => {
        store.items.drop(event.id);
        store.notify('items');
      },
      tally: (frame) => {
        store.items.count(frame.items);
        store.notify('items');
      },
      reactions: (frame) => store.notify('reactions', frame.sums),
      ban: (event) => {
        store.notify('gone', { user: event.user });
        store.notify('bans');
      },
      unban: () => store.notify('bans'),
      note: (event) => store.notify('notes', event.user),
      note_gone: (event) => store.notify('notes', event.user),
      note_read: (event) => store.notify('notes', event.user),
      room: (fields) => {
        const { type, seq, ...settings } = /** @type {any} */ (fields);
        store.room = { ...store.room, ...settings };
        store.notify('room');
      },
      replay: (/** @type {any} */ replay) => {
        store.replay = replay;
        store.notify('replay');
      },
      looking: wireLookers(store, model, (entries) => view.changed(entries)),
      beat: (beat) => store.clock.sync(Number(beat.time)),
      stats: (stats) => {
        store.stats = stats;
        raids.take(/** @type {any} */ (stats).raid, store.room);
        this.saving = stats.log?.ready !== false;
        numbers.take(stats);
        store.notify('stats');
        changed();
      },
      bye: (bye) => { this.stopped = bye.code; },
      state: (state) => {
        line.state(state);
        store.notify('line', state);
        changed();
      },
    };
  }
}
