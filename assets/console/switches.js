// The emergency switches: one click on, one click off. They are settings of the
// room, so every console sees them at the same place.

import { SLOW } from './model.js';

/** Which setting a switch turns, and what it is when on and off. */
const SWITCHES = /** @type {Record<string, {field: string, on: any, off: any}>} */ ({
  pause: { field: 'state', on: 'paused', off: 'open' },
  links: { field: 'links', on: 'refused', off: 'allowed' },
  newcomers: { field: 'newcomers', on: 'held', off: 'open' },
  slow: { field: 'slow_ms', on: SLOW, off: 0 },
});

export class Switches {
  #desk; #acts; #buttons;

  /**
   * @param {Iterable<HTMLElement>} buttons with data-switch
   * @param {import('./desk.js').Desk} desk
   * @param {import('./acts.js').Acts} acts
   */
  constructor(buttons, desk, acts) {
    this.#desk = desk;
    this.#acts = acts;
    this.#buttons = [...buttons];
    for (const button of this.#buttons) button.addEventListener('click', () => this.press(button.dataset.switch ?? ''));
    desk.on('room', () => this.draw());
  }

  /** @param {string} name */
  on(name) {
    const { room } = this.#desk;
    if (name === 'lock') return Boolean(room.locked);
    const { field, on } = SWITCHES[name] ?? {};
    return name === 'slow' ? room.slow_ms > 0 : Boolean(field) && room[field] === on;
  }

  /** @param {string} name */
  press(name) {
    const { room } = this.#desk;
    if (!room.id) return;
    if (name === 'clear') return void this.#acts.clear();
    if (name === 'lock') return void this.#acts.lock(!room.locked);
    if (name === 'pause' && room.state === 'closed') return void this.#acts.set({ state: 'open' });
    const { field, on, off } = SWITCHES[name];
    void this.#acts.set({ [field]: this.on(name) ? off : on });
  }

  draw() {
    for (const button of this.#buttons) {
      const name = button.dataset.switch ?? '';
      if (name !== 'clear') button.setAttribute('aria-pressed', String(this.on(name)));
    }
  }
}
