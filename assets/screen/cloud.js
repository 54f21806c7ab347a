// The cloud of words on the second screen, made from the comments that its overlay shows.

import { layOut, weightOf } from './cloud-layout.js';
import { RecentWords, ownSegmenter } from './words.js';

/** The most words in the cloud. */
const MOST = 40;

/** ms between two changes of the cloud: people read it, they do not watch it. */
const REDRAW_EVERY = 3000;

/** Height of the smallest and the largest letters, as a share of the screen's shorter side. */
const SMALL = 0.032, LARGE = 0.11;

/** Free px around what the overlay shows in front. */
const AIR = 16;

export class Cloud {
  #box; #fronts;
  #words = new RecentWords(ownSegmenter());
  /** @type {Map<string, {node: HTMLElement, was?: {x: number, y: number}}>} */ #shown = new Map();
  /** @type {any} */ #timer = null;

  /** @param {HTMLElement} box @param {HTMLElement} frame the overlay's, which reports what it shows
   * @param {() => DOMRect[]} fronts boxes of what the overlay shows in front */
  constructor(box, frame, fronts) {
    this.#box = box;
    this.#fronts = fronts;
    const listen = (/** @type {string} */ type, /** @type {(detail: any) => void} */ take) => frame.addEventListener(`danmaku-${type}`, (event) => take(/** @type {CustomEvent} */ (event).detail));
    listen('begin', ({ comments, now }) => {
      this.#words.clear();
      for (const c of comments) this.#words.add(c, performance.now() - Math.max(0, now - c.at));
      this.draw();
    });
    listen('comment', (c) => this.#words.add(c, performance.now()));
    listen('remove', (what) => { this.#words.remove(what); this.draw(); }); // at once
    listen('clear', () => { this.#words.clear(); this.draw(); });
    new ResizeObserver(() => this.draw()).observe(box);
  }

  /** @param {boolean} on */
  set(on) {
    this.#box.hidden = !on;
    clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.draw(), REDRAW_EVERY) : null;
    this.draw();
  }

  draw() {
    this.#words.expire(performance.now());
    const top = this.#box.hidden ? [] : this.#words.top(MOST);
    for (const [word, { node }] of this.#shown) {
      if (top.some((one) => one.word === word)) continue;
      node.remove();
      this.#shown.delete(word);
    }
    if (top.length === 0) return;
    const side = Math.min(innerWidth, innerHeight), most = top[0].people, least = /** @type {{people: number}} */ (top.at(-1)).people;
    const views = top.map(({ word, people }) => {
      let view = this.#shown.get(word);
      if (!view) {
        const node = document.createElement('bdi');
        node.className = 'word';
        node.textContent = word;
        this.#box.append(node);
        this.#shown.set(word, view = { node });
      }
      view.node.style.fontSize = `${side * (SMALL + (LARGE - SMALL) * weightOf(people, most, least))}px`;
      return view;
    });
    const boxes = views.map(({ node, was }) => ({ w: node.offsetWidth, h: node.offsetHeight, was }));
    layOut(boxes, { w: this.#box.clientWidth, h: this.#box.clientHeight }, this.#blocked()).forEach((place, i) => {
      const view = views[i];
      view.was = place ?? undefined;
      view.node.classList.toggle('placed', Boolean(place));
      if (place) view.node.style.transform = `translate(${Math.round(place.x - boxes[i].w / 2)}px,${Math.round(place.y - boxes[i].h / 2)}px)`;
    });
  }

  /** The boxes of items in front, from the corner of the cloud's box. */
  #blocked() {
    const { left, top } = this.#box.getBoundingClientRect();
    return this.#fronts().map((at) => ({ x: (at.left + at.right) / 2 - left, y: (at.top + at.bottom) / 2 - top, w: at.width + 2 * AIR, h: at.height + 2 * AIR }));
  }
}
