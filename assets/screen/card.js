// The card with the codes on the second screen. It fits whole on every screen: parts
// that do not fit shrink together. A code is as large as the farthest seat needs.

import { sideFor, reachOf } from '../shared/code-size.js';
import { AIR } from './panel.js';

/** Free margin around the card, as a share of the screen's shorter side. */
const EDGE = 0.03;

/** Width that a show card needs beside the codes, as a share of the screen's; with less it goes above them. */
const BESIDE = 0.5;

/** The most height of a 4:3 screen that the card takes while something is in front: more would push a poll out of the picture. */
const LOW = 0.35;

export class Card {
  #card;
  #panel;
  #panelHeight;
  #out;
  /** @type {''|'corner'|'large'} */ #mode = '';
  /** metres */ #viewing = { distance: 0, wide: 0 };
  /** px of the overlay's bar at the lower edge */ #bar = 0;
  #changed;
  /** whether something is in front */ #sharesScreen = false;

  /** @param {{card: HTMLElement, panel: HTMLElement, panelHeight: () => number, out: HTMLElement, changed: () => void}} parts `panelHeight` at the upper edge; `out` shows the distance from which the codes can be read */
  constructor({ card, panel, panelHeight, out, changed }) {
    this.#card = card;
    this.#panel = panel;
    this.#panelHeight = panelHeight;
    this.#out = out;
    this.#changed = changed;
    for (const image of card.querySelectorAll('img')) image.addEventListener('load', () => this.fit());
    void document.fonts.ready.then(() => this.fit());
  }

  /** The codes on it now. */
  get #codes() { return /** @type {HTMLImageElement[]} */ ([...this.#card.querySelectorAll('.code')]); }

  /** Its position now; empty if it is not shown. */
  get mode() { return this.#mode; }

  /** @param {string} mode `corner`, `large`, or anything else for no card */
  set(mode) {
    this.#mode = mode === 'corner' || mode === 'large' ? mode : '';
    this.#card.hidden = this.#mode === '';
    this.#card.classList.toggle('large', this.#mode === 'large');
    this.fit();
  }

  /** Metres to the farthest seat, and of the picture's width; 0: unknown. @param {number} distance @param {number} wide */
  setDistance(distance, wide) {
    this.#viewing = { distance, wide };
    this.fit();
  }

  /** The overlay's bar is below the card. @param {number} px */
  above(px) {
    if (px === this.#bar) return;
    this.#bar = px;
    this.fit();
  }

  /** Whether something in front needs room, too. @param {boolean} on */
  shareScreen(on) { this.#sharesScreen = on; }

  /** The screen area that the card leaves free: `above` px over it, `start` px taken at the side; `beside`: a show card fits beside it. */
  get place() {
    if (this.#mode !== 'corner') return { above: innerHeight, start: 0, beside: true };
    const { top, right } = this.#card.getBoundingClientRect();
    return { above: Math.max(0, top), start: right, beside: innerWidth - right >= BESIDE * innerWidth };
  }

  fit() {
    if (this.#mode === '') return this.#changed();
    const side = Math.min(innerWidth, innerHeight), edge = EDGE * side;
    const { style } = this.#card;
    style.setProperty('--bar', `${this.#bar}px`);
    const { distance, wide } = this.#viewing;
    for (const code of this.#codes) {
      const wanted = wide > 0 ? sideFor(distance, Number(code.dataset.modules)) / wide * innerWidth : 0;
      code.style.setProperty('--wanted', `${Math.round(wanted)}px`);
    }
    // A large card stays below the panel; one in the corner leaves room for the panel at the upper edge.
    const bottom = this.#mode === 'large' ? this.#panel.getBoundingClientRect().bottom : AIR + this.#panelHeight();
    const top = Math.max(edge, bottom + edge / 2);
    const room = { w: innerWidth - 2 * edge, h: innerHeight - top - edge - this.#bar };
    const square = innerWidth > innerHeight && innerWidth < 1.55 * innerHeight;
    if (this.#mode === 'corner' && this.#sharesScreen && square) room.h = Math.min(room.h, LOW * innerHeight);
    for (let scale = 1, turn = 0; turn < 20; turn++) {
      style.setProperty('--u', `${scale * side / 100}px`);
      style.setProperty('--scale', String(scale));
      const over = Math.max(this.#card.offsetWidth / room.w, this.#card.offsetHeight / room.h);
      if (over <= 1) break;
      scale *= Math.max(0.6, Math.min(0.98, 1 / over));
    }
    style.setProperty('--shift', `${Math.max(0, top - (innerHeight - this.#card.offsetHeight) / 2)}px`);
    this.#showReach();
    this.#changed();
  }

  /** Shows the distance from which all codes can be read. */
  #showReach() {
    const { distance, wide } = this.#viewing;
    const seen = this.#codes.filter((code) => code.offsetWidth > 0);
    const metres = Math.min(...seen.map((code) => reachOf(code.offsetWidth / innerWidth * wide, Number(code.dataset.modules))));
    const known = wide > 0 && seen.length > 0;
    const short = known && metres < distance - 0.05;
    const text = known ? (short ? this.#out.dataset.short : this.#out.dataset.fits) ?? '' : '';
    const n = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(Math.floor(metres * 10) / 10);
    this.#out.textContent = text.replace('{n}', n);
    this.#out.classList.toggle('warn', short);
  }
}
