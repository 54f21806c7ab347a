// Reactions of the audience, rising at the right edge, at most MOST at once. If reduced motion
// is preferred, counts are shown instead.

import { Strip, riser } from './rising-strip.js';

/** The most at once. */
export const MOST = 40;

/** ms that one takes to rise, before a random addition. */
const RISE = 2400;

/** ms over which simultaneous reactions are spread: the time until the next sums. */
const SPREAD = 250;

/** ms without a further one until a count disappears. */
const STAYS = 3000;

/**
 * How many of each to show: no more than there is room for, so that a stream stays a stream,
 * in proportion to their numbers, and at least one of each as long as there is room.
 * @param {Record<string, number>} sums @param {number} free how many more can rise
 * @returns {string[]}
 */
export function chosen(sums, free) {
  const kinds = Object.entries(sums).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
  const total = kinds.reduce((sum, [, n]) => sum + n, 0);
  const most = Math.min(total, free, Math.max(4, Math.ceil(free / 3)));
  /** @type {string[]} */ const out = [];
  for (const [emoji, n] of kinds) {
    const share = Math.max(1, Math.round(n / total * most));
    for (let i = 0; i < Math.min(n, share) && out.length < most; i++) out.push(emoji);
  }
  return out;
}

export class Rising {
  #box = document.createElement('div');
  #still = matchMedia('(prefers-reduced-motion: reduce)');
  #random;
  #strip;
  /** @type {Map<string, {node: HTMLElement, count: HTMLElement, n: number, timer: any}>} */ #counts = new Map();

  /** @param {HTMLElement} root @param {() => number} [random] in [0, 1) */
  constructor(root, random = Math.random) {
    this.#random = random;
    this.#box.className = 'dm-reactions';
    root.append(this.#box);
    this.#strip = new Strip(this.#box);
  }

  /** The number of rising ones. */
  get size() { return this.#strip.size; }

  /** Sizes, styles or fonts have changed. */
  refresh() { this.#strip.refresh(); }

  /** @param {Record<string, number>} sums by emoji */
  rise(sums) {
    if (this.#still.matches) {
      for (const [emoji, n] of Object.entries(sums)) this.#countUp(emoji, n);
      return;
    }
    const list = chosen(sums, MOST - this.size);
    const now = performance.now();
    list.forEach((emoji, i) => this.#strip.add(riser(
      emoji, now + (i + this.#random()) / list.length * SPREAD, RISE + this.#random() * 800, this.#random)));
  }

  /** Removes everything. */
  clear() {
    for (const { timer } of this.#counts.values()) clearTimeout(timer);
    this.#counts.clear();
    this.#strip.clear();
    this.#box.replaceChildren();
  }

  /** @param {string} emoji @param {number} n */
  #countUp(emoji, n) {
    let one = this.#counts.get(emoji);
    if (!one) {
      const node = document.createElement('span');
      const count = document.createElement('span');
      node.className = 'dm-reaction-count';
      node.append(emoji, count);
      this.#counts.set(emoji, one = { node, count, n: 0, timer: null });
      this.#box.append(node);
    }
    const { node, count } = one;
    one.n += n;
    count.textContent = ` ${one.n.toLocaleString(document.documentElement.lang || 'en')}`;
    clearTimeout(one.timer);
    one.timer = setTimeout(() => {
      node.remove();
      this.#counts.delete(emoji);
    }, STAYS);
  }
}
