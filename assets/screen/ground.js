// The background behind the comments: the room's colour and picture, or others
// chosen on this screen.

import { atMachine } from '../shared/machine.js';

/** Used if neither room nor address names a colour. */
const DARK = [0x0d, 0x11, 0x13];

/** The share of the room's colour in the background: white letters stay readable on any. */
const TINT = 0.35;

/** The path of a room's picture on this server. */
const OWN = /^\/r\/[a-z0-9_-]+\/picture\/[0-9a-f]+\.jpg$/;

/** The background for a room's colour. @param {string} color `#rrggbb`, anything else means none */
export function groundOf(color) {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(color);
  const mixed = DARK.map((dark, i) => Math.round(parts ? dark + (parseInt(parts[i + 1], 16) - dark) * TINT : dark));
  return `#${mixed.map((n) => n.toString(16).padStart(2, '0')).join('')}`;
}

export class Ground {
  #color;
  #own;
  #roomPicture;
  #banner;
  #card;
  #chosen = '';
  #roomPictureHidden = false;
  #file = false;
  #look = { color: '', picture: '' };
  /** @type {() => void} */ #changed = () => {};

  /** @param {{color: HTMLInputElement, own: HTMLImageElement, roomPicture: HTMLImageElement, banner: HTMLImageElement, card: HTMLElement}} parts */
  constructor({ color, own, roomPicture, banner, card }) {
    this.#color = color;
    this.#own = own;
    this.#roomPicture = roomPicture;
    this.#banner = banner;
    this.#card = card;
    for (const image of [roomPicture, banner]) image.addEventListener('error', () => { image.hidden = true; }); // it has been replaced
    own.addEventListener('error', () => { if (own.src) this.show(undefined); }); // a file that is not a picture
  }

  /** Whether there is a picture that can be removed. */
  get pictured() { return this.#file || (!this.#roomPictureHidden && OWN.test(this.#look.picture)); }

  /** @param {() => void} fn called when `pictured` may have changed */
  watch(fn) { this.#changed = fn; }

  /** Applies the room's look, at first and when it changes. @param {{color?: string, picture?: string}} look */
  setRoomLook({ color = '', picture = '' } = {}) {
    this.#look = { color, picture };
    this.#draw();
  }

  /** Sets a colour for this screen; empty restores the room's. @param {string} color */
  paint(color) {
    this.#chosen = color;
    this.#draw();
  }

  /** Hides or shows the room's picture. @param {boolean} bare */
  hideRoomPicture(bare) {
    this.#roomPictureHidden = bare;
    this.#draw();
  }

  /** Shows a file of this machine over the room's picture. @param {File|undefined} file */
  show(file) {
    if (this.#own.src) URL.revokeObjectURL(this.#own.src);
    this.#file = Boolean(file);
    this.#own.hidden = !file;
    if (file) this.#own.src = URL.createObjectURL(file);
    else this.#own.removeAttribute('src');
    this.#draw();
  }

  #draw() {
    const { color, picture } = this.#look;
    this.#color.value = this.#chosen || groundOf(color);
    document.body.style.backgroundColor = this.#color.value;
    const good = /^#[0-9a-f]{6}$/.test(color);
    this.#card.classList.toggle('branded', good);
    if (good) this.#card.style.setProperty('--room', color);
    const there = OWN.test(picture);
    for (const [image, on] of /** @type {[HTMLImageElement, boolean][]} */ ([[this.#roomPicture, there && !this.#roomPictureHidden && !this.#file], [this.#banner, there]])) {
      if (on && !image.getAttribute('src')?.endsWith(picture)) image.src = atMachine(picture);
      if (!there) image.removeAttribute('src');
      image.hidden = !on;
    }
    this.#changed();
  }
}
