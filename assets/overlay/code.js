// The room's QR code on the stage: always, or while no comments come. It disappears before a
// comment appears.

import { atMachine } from '../shared/machine.js';

/** ms of its fade, as in overlay.css. */
const FADE = 240;

/** ms between checks whether the last comments have left. */
const AGAIN = 1000;

export class RoomCode {
  #root; #quiet; #changed; #card; #image; #title; #label;
  /** @type {'0'|'1'|'idle'} */ #mode = '0';
  #idle = 0;
  #shown = false;
  /** @type {any} */ #timer = null;
  /** @type {any} */ #fading = null;

  /**
   * @param {HTMLElement} root its parent
   * @param {{src: string, title: string, label: string, quiet: () => boolean, changed: () => void}} what the
   * picture's URL, the text beside it, whether no comment is on the stage, and what runs when it comes or goes
   */
  constructor(root, { src, title, label, quiet, changed }) {
    this.#root = root;
    this.#quiet = quiet;
    this.#changed = changed;
    this.#card = document.createElement('div');
    this.#card.className = 'dm-code';
    this.#image = document.createElement('img');
    this.#image.className = 'dm-code-image';
    this.#image.alt = '';
    this.#image.dataset.src = src;
    const words = document.createElement('div');
    const [titled, labelled] = ['dm-code-title', 'dm-code-label'].map((name) => {
      const line = document.createElement('bdi');
      line.className = name;
      words.append(line);
      return line;
    });
    titled.textContent = title;
    labelled.textContent = label;
    this.#title = titled;
    this.#label = labelled;
    this.#card.append(this.#image, words);
    // A card without its code is useless: it stays hidden.
    this.#image.onload = () => {
      if (!this.#shown) return;
      this.#card.classList.add('dm-code-shown');
      this.#changed();
    };
    this.#image.onerror = () => { this.#hide(); this.#wait(); };
  }

  /** @param {'0'|'1'|'idle'} mode @param {number} seconds until it shows when idle */
  set(mode, seconds) {
    if (mode === this.#mode && seconds * 1000 === this.#idle) return;
    this.#mode = mode;
    this.#idle = seconds * 1000;
    if (mode === '1') this.#show();
    else this.#hide();
    this.#wait();
  }

  /** @param {string} [title] the room's new one; undefined: it has not changed */
  rename(title) {
    if (title !== undefined) this.#title.textContent = title;
  }

  /**
   * Its target has changed. The picture gets a new URL, because browsers cache the old
   * one.
   */
  renew() {
    const [path, query = ''] = (this.#image.dataset.src ?? '').split('?');
    const params = new URLSearchParams(query);
    params.set('new', String(Date.now()));
    this.#image.dataset.src = `${path}?${params}`;
    if (this.#shown) this.#image.src = atMachine(this.#image.dataset.src);
  }

  /** @param {string} label words under the title, in the overlay's language */
  word(label) {
    if (this.#label.textContent !== label) this.#label.textContent = label;
  }

  /** A comment comes: hides the code. Returns the ms that this takes. */
  busy() {
    if (this.#mode !== 'idle') return 0;
    const wait = this.#shown ? FADE : 0;
    this.#hide();
    this.#wait();
    return wait;
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#mode === '0' || this.#shown) return;
    this.#timer = setTimeout(() => this.#look(), this.#idle);
  }

  #look() {
    if (this.#mode === '1' || this.#quiet()) return this.#show();
    this.#timer = setTimeout(() => this.#look(), AGAIN);
  }

  #show() {
    this.#shown = true;
    clearTimeout(this.#fading);
    this.#root.prepend(this.#card); // the show items come after it, and make room: see show.css
    this.#image.src = atMachine(this.#image.dataset.src ?? '');
  }

  #hide() {
    const stood = this.#shown;
    this.#shown = false;
    this.#card.classList.remove('dm-code-shown');
    if (stood) this.#changed();
    clearTimeout(this.#fading);
    this.#fading = setTimeout(() => this.#card.remove(), FADE);
  }
}
