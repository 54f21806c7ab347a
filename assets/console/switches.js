// The emergency switches: one click on, one click off. They are settings of the
// room, so every console sees them at the same place. A lock-down, which empties
// every screen, takes two presses or a hold; its end takes one.

import { Hover } from '../shared/hover.js';
import { Guard } from './guard.js';
import { SLOW } from './model.js';

/** The setting of each switch, with its values for on and off. */
const SWITCHES = /** @type {Record<string, {field: string, on: any, off: any}>} */ ({
  pause: { field: 'state', on: 'paused', off: 'open' },
  links: { field: 'links', on: 'refused', off: 'allowed' },
  newcomers: { field: 'newcomers', on: 'held', off: 'open' },
  slow: { field: 'slow_ms', on: SLOW, off: 0 },
});

export class Switches {
  #store; #acts; #buttons; #guard;

  /**
   * @param {Iterable<HTMLElement>} buttons with data-switch
   * @param {import('./store.js').Store} store
   * @param {import('./acts.js').Acts} acts
   * @param {() => void} changed `armed` has changed
   */
  constructor(buttons, store, acts, changed) {
    this.#store = store;
    this.#acts = acts;
    this.#buttons = [...buttons];
    this.#guard = new Guard({
      go: () => void this.#acts.lock(true),
      changed: () => {
        if (this.armed) store.notify('trouble', store.words.t('lock_again_told'));
        this.draw();
        changed();
      },
    });
    for (const button of this.#buttons) {
      button.addEventListener('click', () => this.press(button.dataset.switch ?? ''));
      if (button.dataset.switch === 'lock') this.#holds(button);
    }
    store.on('room', () => this.draw());
  }

  /** Whether the next press locks down. */
  get armed() { return this.#guard.state === 'armed'; }

  /** Cancels an armed lock-down. @returns {boolean} whether it was armed */
  calm() {
    const armed = this.armed;
    this.#guard.disarm();
    return armed;
  }

  /** @param {HTMLElement} button */
  #holds(button) {
    button.addEventListener('pointerdown', (event) => { if (event.button === 0 && this.#store.room.id && !this.on('lock')) this.#guard.hold(); });
    const release = () => this.#guard.release();
    for (const end of ['pointerup', 'pointercancel', 'pointerleave']) button.addEventListener(end, release);
    // A touch belongs to the button where it began, wherever it slides.
    button.addEventListener('pointermove', ({ clientX, clientY }) => {
      if (this.#guard.state === 'holding' && !button.contains(document.elementFromPoint(clientX, clientY))) release();
    });
    new Hover(button, release);
    button.addEventListener('contextmenu', (event) => event.preventDefault()); // a long press on a phone
  }

  /** @param {string} name */
  on(name) {
    const { room } = this.#store;
    if (name === 'lock') return Boolean(room.locked);
    const { field, on } = SWITCHES[name] ?? {};
    return name === 'slow' ? room.slow_ms > 0 : Boolean(field) && room[field] === on;
  }

  /** @param {string} name */
  press(name) {
    const { room } = this.#store;
    if (!room.id) return;
    if (name === 'clear') return void this.#acts.clear();
    if (name === 'lock' && this.#guard.spent()) return;
    if (name === 'lock') return room.locked ? void this.#acts.lock(false) : this.#guard.press();
    if (name === 'pause' && room.state === 'closed') return void this.#acts.set({ state: 'open' });
    const { field, on, off } = SWITCHES[name];
    void this.#acts.set({ [field]: this.on(name) ? off : on });
  }

  draw() {
    for (const button of this.#buttons) {
      const name = button.dataset.switch ?? '';
      if (name !== 'clear') button.setAttribute('aria-pressed', String(this.on(name)));
      if (name === 'lock') this.#drawLock(button);
    }
  }

  /** @param {HTMLElement} button */
  #drawLock(button) {
    const { t } = this.#store.words;
    button.classList.toggle('armed', this.armed);
    button.classList.toggle('holding', this.#guard.state === 'holding');
    const [long, short] = this.armed ? ['lock_again', 'short_lock_again'] : ['switch_lock', 'short_lock'];
    for (const [part, key] of [['long', long], ['short', short]]) {
      const span = /** @type {HTMLElement} */ (button.querySelector(`.${part}`));
      span.dataset.t = key;
      span.textContent = t(key);
    }
  }
}
