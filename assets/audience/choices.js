// The row under the field: the comment's mode, colour and size, as far as the room allows
// each.

import { el } from '../shared/dom.js';
import { COLORS } from '../shared/protocol.js';

/** @typedef {{mode: string, color: string, size: string}} Style */

export class Choices {
  #form; #row;
  /** a colour that was asked for before the room has offered it */ #wanted = '';

  /** @param {HTMLFormElement} form @param {HTMLElement} row */
  constructor(form, row) {
    this.#form = form;
    this.#row = row;
    new ResizeObserver(() => this.#fit()).observe(row);
  }

  /** @returns {Style} */
  get chosen() {
    const data = new FormData(this.#form);
    const chosen = (/** @type {string} */ name, /** @type {string} */ other) => String(data.get(name) ?? other);
    return { mode: chosen('mode', 'scroll'), color: chosen('color', '#ffffff'), size: chosen('size', 'medium') };
  }

  /** Restores choices. @param {Partial<Style>} style */
  restore(style) {
    for (const key of /** @type {const} */ (['mode', 'color', 'size'])) {
      const input = /** @type {HTMLInputElement|null} */ (this.#form.querySelector(`input[name="${key}"][value="${style[key]}"]`));
      if (input && !input.closest('label')?.hidden) input.checked = true;
      else if (key === 'color') this.#wanted = style.color ?? '';
    }
  }

  /** Offers only what the room allows. @param {import('../shared/protocol.js').Room} room */
  allow(room) {
    this.#offer('mode', room.modes ?? [], 'scroll');
    this.#offer('size', room.sizes ?? [], 'medium');
    const colors = room.colors?.length ? ['#ffffff', ...room.colors.filter((c) => c !== '#ffffff')] : COLORS;
    this.#swatches(colors);
    this.#offer('color', colors, '#ffffff');
    // A colour of the room, chosen on an earlier visit, only exists now.
    const wish = this.#wanted;
    this.#wanted = '';
    if (wish && colors.includes(wish) && this.chosen.color === '#ffffff') this.restore({ color: wish });
    this.#fit();
  }

  /** If the row of choices scrolls, its last visible target is cut in half, to show that. */
  #fit() {
    const row = this.#row;
    row.style.removeProperty('--pick');
    const { left, right } = row.getBoundingClientRect();
    if (row.scrollWidth <= row.clientWidth || right - left === 0) return;
    const starts = [.../** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('.pick'))]
      .filter((pick) => pick.offsetWidth > 0).map((pick) => [pick.getBoundingClientRect().left - left + row.scrollLeft, pick.offsetWidth]);
    const inSight = starts.filter(([start, width]) => start + width / 2 <= right - left);
    const [start, width] = inSight[inSight.length - 1] ?? [0, 0], before = inSight.length - 1;
    if (before > 0) row.style.setProperty('--pick', `${(right - left - start + before * width) / (before + 0.5)}px`);
  }

  /** @param {string} name @param {readonly string[]} allowed empty: all @param {string} always */
  #offer(name, allowed, always) {
    const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (this.#form.querySelectorAll(`input[name="${name}"]`));
    for (const input of inputs) {
      const ok = allowed.length === 0 || input.value === always || allowed.includes(input.value);
      const label = /** @type {HTMLElement} */ (input.closest('label'));
      label.hidden = !ok;
      if (!ok && input.checked) input.checked = false;
    }
    if (![...inputs].some((i) => i.checked)) for (const i of inputs) if (i.value === always) i.checked = true;
    const group = inputs[0]?.closest('.group');
    if (group instanceof HTMLElement) group.hidden = [...inputs].filter((i) => !i.closest('label')?.hidden).length < 2;
  }

  /** Makes swatches for colours that the page did not come with. @param {readonly string[]} colors */
  #swatches(colors) {
    const group = /** @type {HTMLElement} */ (this.#form.querySelector('#colors'));
    for (const color of colors) {
      if (group.querySelector(`input[value="${color}"]`) || !/^#[0-9a-f]{6}$/.test(color)) continue;
      const label = el('label', { class: 'pick swatch', title: color },
        el('input', { type: 'radio', name: 'color', value: color, 'aria-label': color }), el('span', { class: 'face' }));
      label.style.setProperty('--swatch', color);
      group.append(label);
    }
  }
}
