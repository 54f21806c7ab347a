// The show items in front of the comments: polls, cards and others, each in its slot, one at a
// time. The server decides what is live; this layer draws it, and keeps the result of a poll
// for a while. Each kind has its own module, which is loaded when it is first needed.

import { countedDown } from '../shared/countdown.js';
import { Items, SLOTS } from '../shared/items.js';
import { ServerClock } from '../shared/server-clock.js';
import { keepApart, watchPlaces } from './show-apart.js';
import { TopQuestions } from './show-questions.js';
import { showWords } from './show-words.js';

/** @typedef {import('../shared/items.js').Item} Item */

/**
 * @typedef {object} View one item in the page
 * @property {HTMLElement} node
 * @property {(item: Item, now: number) => void} draw draws its newest state at the server's time
 *
 * @typedef {(words: import('./show-words.js').ShowWords) => View} Make
 */

/** @type {Record<string, () => Promise<{make: Make}>>} */
const LOAD = {
  poll: () => import('./show-poll.js'),
  card: () => import('./show-card.js'),
  announcement: () => import('./show-card.js'),
  countdown: () => import('./show-countdown.js'),
  ticker: () => import('./show-ticker.js'),
  draw: () => import('./show-draw.js'),
  photos: () => import('./show-photos.js'),
};

/** Loads all of them while the page's own machine is there, since another one may go on with the room. */
export const loadAhead = () => Promise.allSettled([...Object.values(LOAD), () => import('./wall.js'), () => import('./rising.js')].map((load) => load()));

/** ms for which a finished item stays, by kind. @type {Record<string, (item: Item) => number>} */
const STAYS = {
  poll: () => 15_000,
  draw: () => 45_000,
  countdown: (item) => (countedDown(item) && item.spec.done ? 8_000 : 0),
};

/** ms until a leaving item is gone, as in show.css. */
export const LEAVES = 280;

/** The item of a slot at a moment: the live one, otherwise a result that stays. @param {Items} items @param {string} slot @param {number} now */
export function wanted(items, slot, now) {
  const live = items.live(slot);
  if (live) return LOAD[live.kind] ? live : undefined;
  return items.in('ended').find((item) => item.slot === slot && LOAD[item.kind] && now - (item.stopped ?? 0) < (STAYS[item.kind]?.(item) ?? 0));
}

export class ShowLayer {
  #layer = document.createElement('div');
  #items = new Items();
  #clock = new ServerClock();
  #lang = '';
  #words = showWords('en');
  /** @type {Map<string, {box: HTMLElement, id: string, view: View|null, leaving: boolean}>} */ #slots = new Map();
  #top = new TopQuestions();
  /** @type {any} a list to try a style with */ #sample;
  #root;
  #walls = new URLSearchParams(globalThis.location?.search ?? '').get('wall') === '1'; // a second screen asks for it
  /** @type {import('./wall.js').Wall|null} */ #wall = null;
  /** @type {any} */ #timer = null;

  /** @param {HTMLElement} root @param {() => void} changed runs when something comes, goes or has another size */
  constructor(root, changed) {
    this.#root = root;
    const sizes = new ResizeObserver(() => { keepApart(this.#layer, this.#slots); changed(); });
    sizes.observe(this.#top.node);
    this.#layer.className = 'dm-show';
    for (const slot of SLOTS) {
      const box = document.createElement('div');
      box.className = `dm-show-slot dm-show-${slot}`;
      this.#layer.append(box);
      sizes.observe(box);
      this.#slots.set(slot, { box, id: '', view: null, leaving: false });
    }
    root.append(this.#layer);
    watchPlaces(() => keepApart(this.#layer, this.#slots));
  }

  /** The items in the page. */
  get nodes() {
    return [this.#top.node, ...[...this.#slots.values()].flatMap(({ view }) => view?.node ?? [])];
  }

  /** The room's frames about items. */
  handlers = {
    item: (/** @type {any} */ event) => { this.#items.put(event); this.#draw(); },
    item_gone: (/** @type {any} */ event) => { this.#items.drop(event.id); this.#draw(); },
    tally: (/** @type {any} */ frame) => { this.#items.count(frame.items); this.#draw(); },
  };

  /** Removes photos at once, before the counts change. @param {(id: string) => boolean} gone */
  drop(gone) {
    for (const { id, kind, result } of this.#items.in('live')) {
      if (kind === 'photos' && result?.newest) this.#items.count([{ id, result: { ...result, newest: result.newest.filter((/** @type {{id: string}} */ photo) => !gone(photo.id)) } }]);
    }
    this.#draw();
  }

  /** A new connection, with the present items. @param {{items?: Item[], time: number}} hello */
  greeted({ items, time }) {
    this.#clock.reset(time);
    this.#items.reset(items);
    this.#draw();
  }

  /** @param {number} time ms, the server's */
  beat(time) { this.#clock.sync(time); }

  /** Sets how many questions are on the left. @param {number} most @param {any} [sample] shown while no list is live */
  questions(most, sample) {
    this.#top.most = most;
    this.#sample = sample;
    if (most > 0) this.#layer.append(this.#top.node);
    else this.#top.node.remove();
    this.#draw();
  }

  /** @param {string} lang of the overlay */
  word(lang) {
    if (lang === this.#lang) return;
    this.#lang = lang;
    this.#words = showWords(lang);
    for (const slot of this.#slots.values()) this.#empty(slot); // redrawn
    this.#draw();
  }

  #draw() {
    const now = this.#clock.now;
    let moving = false;
    for (const [name, slot] of this.#slots) {
      const found = wanted(this.#items, name, now);
      const item = this.#walls && found?.kind === 'photos' ? undefined : found; // it is on the wall
      moving ||= Boolean(item?.ends) || item?.state === 'ended';
      if (slot.leaving) continue;
      if (slot.id && slot.id !== item?.id) this.#leave(slot);
      else if (item && !slot.id) void this.#enter(slot, item);
      else if (item) slot.view?.draw(item, now);
    }
    const takes = (/** @type {string} */ name) => Boolean(this.#slots.get(name)?.id);
    this.#top.draw(this.#items.in('live').find(({ kind }) => kind === 'questions') ?? this.#sample, this.#words.lang);
    const asked = this.#top.node.isConnected && !this.#top.node.hidden;
    // Items at the lower edge make room for the bar, and a second screen's codes for the other
    // items.
    document.documentElement.toggleAttribute('data-bar', takes('bar'));
    document.documentElement.toggleAttribute('data-front', takes('lower') || takes('corner') || asked);
    if (this.#walls) this.#drawWall(this.#items.in('live').find(({ kind }) => kind === 'photos'));
    clearTimeout(this.#timer);
    // On the server's full second, so that a countdown is even.
    if (moving) this.#timer = setTimeout(() => this.#draw(), 1000 - (now % 1000) + 10);
  }

  /** The wall is behind the comments. @param {Item|undefined} item */
  #drawWall(item) {
    if (this.#wall) return this.#wall.draw(item);
    if (!item) return;
    import('./wall.js').then(({ Wall }) => { // without a connection the next event tries again
      if (!this.#wall) this.#root.prepend((this.#wall = new Wall()).node);
      this.#draw();
    }, () => {});
  }

  /** @param {{box: HTMLElement, id: string, view: View|null}} slot @param {Item} item */
  async #enter(slot, item) {
    slot.id = item.id;
    try {
      const { make } = await LOAD[item.kind]();
      if (slot.id !== item.id || slot.view) return; // it is already over
      slot.view = make(this.#words);
      slot.view.draw(this.#items.get(item.id) ?? item, this.#clock.now);
      slot.box.replaceChildren(slot.view.node);
    } catch {
      if (slot.id === item.id) slot.id = ''; // no connection: the next event tries again
    }
  }

  /** @param {{box: HTMLElement, id: string, view: View|null, leaving: boolean}} slot */
  #leave(slot) {
    if (!slot.view) {
      this.#empty(slot);
      return this.#draw();
    }
    slot.leaving = true;
    slot.view.node.classList.add('dm-show-out');
    setTimeout(() => {
      this.#empty(slot);
      this.#draw();
    }, LEAVES);
  }

  /** Removes everything of it from the page. @param {{box: HTMLElement, id: string, view: View|null, leaving: boolean}} slot */
  #empty(slot) {
    slot.box.replaceChildren();
    Object.assign(slot, { id: '', view: null, leaving: false });
  }
}
