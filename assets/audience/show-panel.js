// The panel above the field: the room's announcements, the live poll, and for a while its
// result. A choice goes out over the socket and, without an answer, again after a
// reconnection: the same choice twice counts once. Polls and questions have their own modules
// and words, which are loaded when the room first shows one, so that other rooms do not load
// them.

import { byId } from '../shared/dom.js';
import { Items } from '../shared/items.js';
import { Ballot } from './ballot.js';

/** ms for which the result of a finished poll stays. */
const STAYS = 60_000;

/** @typedef {import('../shared/items.js').Item} Item */
/** @typedef {{words: import('../shared/i18n.js').Words, clock: import('../shared/server-clock.js').ServerClock, send: (frame: Record<string, any>) => boolean, makeRef: () => string, roomId: string, composer: import('./composer.js').Composer, kept: () => readonly import('./outbox.js').Item[]}} Page */

export class ShowPanel {
  #items = new Items();
  #ballot; #page;
  /** @type {import('./poll-view.js').PollView|null} */ #view = null;
  /** the list of questions, once the room has one @type {import('./questions.js').Questions|null} */ list = null;
  /** @type {Promise<void>|null} the words, or a view with them, on their way */ #loading = null;
  #worded = false;
  /** @type {{draw: (items: Items, now: number) => boolean}|null} loaded on use */ #news = null;
  /** @type {Set<string>} results that the person has put away */ #dismissed = new Set();
  #me = '';
  /** @type {{draw: (items: Items, now: number, me: string, ack: any) => void}|null} loaded on use */ #draws = null;
  /** @type {Awaited<ReturnType<typeof import('./photos.js').make>>|null} loaded on use */ photos = null;
  #token = '';
  /** @type {any} the last answer to a choice */ #ack = null;
  /** @type {any} */ #timer = null;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    this.#ballot = new Ballot(page.send, page.makeRef);
  }

  /** The room's frames about items. */
  handlers = {
    item: (/** @type {any} */ event) => {
      this.#items.put(event);
      this.draw();
    },
    item_gone: (/** @type {any} */ event) => {
      this.#items.drop(event.id);
      this.draw();
    },
    tally: (/** @type {any} */ frame) => {
      this.#items.count(frame.items);
      this.list?.count(frame.items);
      this.draw();
    },
    question: (/** @type {any} */ event) => this.list?.mark(event),
  };

  /** @param {import('../shared/protocol.js').Hello} hello */
  greeted(hello) {
    this.#me = hello.user?.id ?? '';
    this.#token = hello.user?.token ?? '';
    this.photos?.heard(true);
    this.#items.reset(hello.items);
    this.#ballot.greeted(hello.user?.took ?? {}, (id) => this.#items.get(id));
    this.list?.greeted();
    this.draw();
  }

  /** Handles the answer to a choice, and to a message that was counted. @param {any} ack @returns {boolean} whether it only answered a choice */
  answered(ack) {
    const mine = this.#ballot.answered(ack);
    this.photos?.heard(); // it may be about a photo
    if (mine) this.#ack = ack;
    const code = ack.outcome === 'refused' ? ack.code : '';
    if (mine && this.#items.get(ack.item)?.kind === 'questions') {
      if (code) this.#page.composer.strip.say('stop', 'refuse', this.#page.words.t(code === 'slow_down' ? 'poll_slow_down' : 'ask_failed'), '', false);
    } else if (mine && this.#view) this.#view.said = code;
    if (mine || ack.item) this.draw();
    return mine;
  }

  /** The label of an option, for a message that was counted. @param {any} ack */
  chosen({ item, choices = [] }) {
    const spec = this.#items.get(item)?.spec;
    return spec?.options?.[Number(choices.at(-1))] ?? '';
  }

  async #load() {
    const { words } = this.#page;
    try {
      if (!this.#worded) await words.add('show');
      this.#worded = true;
      if (this.#liveQuestions() && !this.list) {
        const { Questions } = await import('./questions.js');
        this.list = await Questions.open(this.#page, this.#ballot);
      }
      if (this.#poll() && !this.#view) {
        const { PollView } = await import('./poll-view.js');
        this.#view = new PollView(byId('show'), words, {
          choose: (item, choice) => {
            const refused = this.#ballot.choose(item, choice);
            if (this.#view) this.#view.said = refused;
            this.draw();
          },
          dismiss: (item) => {
            this.#dismissed.add(item.id);
            this.draw();
          },
        });
      }
    } catch {
      return this.#again(); // no connection
    } finally { this.#loading = null; }
    this.draw();
  }

  #again() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.draw(), 3000);
  }

  #liveQuestions() { return this.#items.in('live').find(({ kind }) => kind === 'questions'); }

  #poll() {
    const live = this.#items.in('live').filter(({ kind }) => kind === 'poll').sort((a, b) => (b.started ?? 0) - (a.started ?? 0))[0];
    return live ?? this.#items.in('ended').find((item) => item.kind === 'poll' && this.#page.clock.now - (item.stopped ?? 0) < STAYS && !this.#dismissed.has(item.id));
  }

  draw() {
    clearTimeout(this.#timer);
    const { now } = this.#page.clock;
    const item = this.#poll(), asks = this.#liveQuestions();
    if ((item && !this.#view) || (asks && !this.list)) this.#loading ??= this.#load();
    this.list?.draw(asks, this.#items);
    this.#view?.draw(item, { mine: item ? this.#ballot.of(item.id) : [], waiting: item ? this.#ballot.waiting(item.id) : [], now });
    if (!this.#news && this.#items.in('live').some(({ kind }) => !['poll', 'questions', 'photos'].includes(kind))) {
      // Without a connection the next change tries again.
      import('./news.js').then(async ({ news }) => { this.#news = await news(byId('show')); this.draw(); }, () => {});
    }
    const moves = this.#news?.draw(this.#items, now);
    if (moves || (this.#view && item && (item.ends || item.state === 'ended'))) this.#timer = setTimeout(() => this.draw(), 1000 - (now % 1000) + 10);
    if (!this.#draws && this.#items.all.some(({ kind }) => kind === 'draw')) {
      import('./draw-view.js').then(async ({ make }) => { this.#draws = await make(this.#page.words, this.#ballot, () => this.draw()); this.draw(); }, () => {});
    }
    this.#draws?.draw(this.#items, now, this.#me, this.#ack);
    const wall = this.#items.in('live').find(({ kind }) => kind === 'photos');
    if (wall && !this.photos) import('./photos.js').then(async ({ make }) => { this.photos = await make(this.#page); this.draw(); }, () => {});
    this.photos?.draw(wall, this.#token);
  }
}
