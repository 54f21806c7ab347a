// The style that is being built: options and CSS, with undo. It does not depend on the page.

import { DEFAULTS, withTheme } from '../shared/options.js';
import { sameOptions } from './presets.js';

/** @typedef {import('../shared/options.js').Options} Options */
/** @typedef {{options: Readonly<Options>, css: string}} Look */

/** The most undo steps. */
const STEPS = 100;

export class Style {
  /** @type {Look} */ #now = { options: DEFAULTS, css: '' };
  /** @type {Look[]} */ #undoSteps = [];
  #about = '';
  /** @type {Set<() => void>} */ #listeners = new Set();

  /** @param {Partial<Look>} [start] */
  constructor(start = {}) {
    this.#now = { ...this.#now, ...start };
  }

  get options() { return this.#now.options; }

  get css() { return this.#now.css; }

  get canUndo() { return this.#undoSteps.length > 0; }

  /** @param {() => void} listener */
  onChange(listener) { this.#listeners.add(listener); }

  /**
   * Changes some options, and those that a preset or a list sets with them. Successive changes
   * of one thing, as by a slider, are one undo step.
   * @param {Partial<Options>} options
   * @param {string} [about] the name of that thing; without it the change is a separate step
   */
  set(options, about = '') {
    this.#become({ options: { ...withTheme(this.options, options.theme ?? this.options.theme, options.box ?? this.options.box), ...options }, css: this.css }, about);
  }

  /** @param {string} css */
  setCss(css) {
    this.#become({ options: this.options, css }, 'css');
  }

  /** Replaces everything, as for a preset, a file or a reset. @param {Partial<Look>} look */
  replace(look) {
    this.#become({ ...this.#now, ...look }, '');
  }

  /** @returns {boolean} whether there was a step to undo */
  undo() {
    const before = this.#undoSteps.pop();
    if (!before) return false;
    this.#now = before;
    this.#about = '';
    this.#notify();
    return true;
  }

  /** @param {Look} next @param {string} about */
  #become(next, about) {
    if (sameOptions(next.options, this.options) && next.css === this.css) return;
    if (!about || about !== this.#about) this.#undoSteps.push(this.#now);
    if (this.#undoSteps.length > STEPS) this.#undoSteps.shift();
    this.#about = about;
    this.#now = next;
    this.#notify();
  }

  #notify() {
    for (const listener of this.#listeners) listener();
  }
}
