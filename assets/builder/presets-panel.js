// Looks to choose from: ours, and those that the room's people store on the server under their
// own names.

import { ApiError, call, roomPath } from '../shared/api.js';
import { el, icon } from '../shared/dom.js';
import { readOptions } from '../shared/options.js';
import { changedTexts } from './link.js';
import { PRESETS, presetOf, sameOptions, withPreset } from './presets.js';

/** @typedef {{name: string, options: Record<string, string>, css: string}} Kept */
/** @typedef {(text: string, undo?: () => void, bad?: boolean) => void} Say */

export class PresetsPanel {
  #room; #style; #t; #say; #ours; #theirs; #form; #name; #keep;
  /** @type {Kept[]} */ #kept = [];

  /**
   * @param {{room: string, style: import('./style.js').Style, t: (key: string, params?: Record<string, string|number>) => string, say: Say}} host
   * @param {{ours: HTMLElement, theirs: HTMLElement, form: HTMLFormElement, name: HTMLInputElement, keep: HTMLElement}} page
   */
  constructor({ room, style, t, say }, { ours, theirs, form, name, keep }) {
    this.#room = room;
    this.#style = style;
    this.#t = t;
    this.#say = say;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#form = form;
    this.#name = name;
    this.#keep = keep;
    ours.append(...Object.keys(PRESETS).map((preset) => el('button', {
      type: 'button', class: 'preset', 'data-preset': preset, onclick: () => style.replace({ options: withPreset(preset, style.options) }),
    }, el('b', {}, t(`preset_${preset}`)), el('span', {}, t(`preset_${preset}_words`)))));
    form.addEventListener('submit', (event) => { event.preventDefault(); void this.#save(); });
    name.addEventListener('input', () => this.#label());
  }

  /** Loads the stored looks. */
  async load() {
    try {
      this.#kept = (await call('GET', roomPath(this.#room, 'styles'))).styles;
    } catch (fault) {
      this.#trouble(fault);
    }
    this.#draw();
  }

  /** Marks the looks that equal the present style. */
  show() {
    const ours = presetOf(this.#style.options);
    for (const button of this.#ours.children) button.setAttribute('aria-pressed', String(/** @type {HTMLElement} */ (button).dataset.preset === ours));
    [...this.#theirs.children].forEach((item, i) => item.querySelector('.preset')?.setAttribute('aria-pressed', String(this.#same(this.#kept[i]))));
  }

  /** @param {Kept} kept */
  #same(kept) {
    return kept.css === this.#style.css && sameOptions(readOptions(Object.entries(kept.options)), this.#style.options);
  }

  #draw() {
    this.#theirs.replaceChildren(...this.#kept.map((kept) => el('li', {},
      el('button', { type: 'button', class: 'preset', onclick: () => this.#style.replace({ options: readOptions(Object.entries(kept.options)), css: kept.css }) },
        el('b', {}, el('bdi', { dir: 'auto' }, kept.name))),
      el('button', { type: 'button', class: 'icon-button danger', 'aria-label': this.#t('preset_delete', { name: kept.name }), title: this.#t('preset_delete', { name: kept.name }), onclick: () => void this.#delete(kept) }, icon('x')))));
    this.#theirs.hidden = this.#kept.length === 0;
    this.#label();
    this.show();
  }

  /** Updates the button to its effect on the name in the field. */
  #label() {
    const taken = this.#kept.some(({ name }) => name === this.#name.value.trim());
    this.#keep.textContent = this.#t(taken ? 'preset_replace' : 'preset_keep');
  }

  async #save() {
    const name = this.#name.value.trim().replace(/\s+/g, ' ');
    if (!name) {
      this.#name.focus();
      return this.#say(this.#t('preset_needs_name'), undefined, true);
    }
    const before = this.#kept.find((kept) => kept.name === name);
    if (!await this.#put({ name, options: changedTexts(this.#style.options), css: this.#style.css })) return;
    this.#name.value = '';
    this.#label();
    this.#say(this.#t(before ? 'preset_replaced' : 'preset_kept', { name }), () => void (before ? this.#put(before) : this.#drop(name)));
  }

  /** @param {Kept} kept */
  async #put(kept) {
    try {
      await call('PUT', roomPath(this.#room, 'styles'), { name: kept.name, options: kept.options, css: kept.css });
    } catch (fault) {
      this.#trouble(fault);
      return false;
    }
    await this.load();
    return true;
  }

  /** @param {string} name */
  async #drop(name) {
    try {
      await call('DELETE', roomPath(this.#room, 'styles', name));
    } catch (fault) {
      // Somebody else was faster: it is gone, as wanted.
      if (!(fault instanceof ApiError && fault.status === 404)) { this.#trouble(fault); return false; }
    }
    await this.load();
    return true;
  }

  /** @param {Kept} kept */
  async #delete(kept) {
    if (!await this.#drop(kept.name)) return;
    this.#form.querySelector('input')?.focus();
    this.#say(this.#t('preset_deleted', { name: kept.name }), () => void this.#put(kept));
  }

  /** @param {unknown} fault */
  #trouble(fault) {
    const refused = fault instanceof ApiError && fault.status !== 0;
    this.#say(refused ? fault.message : this.#t('offline'), undefined, true);
  }
}
