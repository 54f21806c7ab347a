// The overlay or the chat box itself in a frame, with its own feed, over a picture: the same
// code draws it in OBS. It has the size of an OBS canvas and is scaled down as a whole.

import { allTexts, pageOf, queryOf } from './link.js';

/** @typedef {import('../shared/options.js').Options} Options */

/** ms for which the feed pauses, so that the QR code of a quiet room appears. */
const REST = 6000;

export class Preview {
  #frame; #box; #area; #room;
  /** @type {Readonly<Options>|null} */ #options = null;
  #css = '';
  #paused = false;
  /** @type {any} */ #resting = null;
  /** @type {HTMLStyleElement|null} */ #sheet = null;
  #width = 1920;
  #height = 1080;

  /**
   * @param {{room: string, frame: HTMLIFrameElement, box: HTMLElement, area: HTMLElement}} page
   *   the frame, the box that it is fitted into, and the line where the area ends
   */
  constructor({ room, frame, box, area }) {
    this.#room = room;
    this.#frame = frame;
    this.#box = box;
    this.#area = area;
    frame.addEventListener('load', () => this.#applyCss());
    this.size(this.#width, this.#height);
    new ResizeObserver(() => this.#scale()).observe(box);
  }

  /** @param {Readonly<Options>} options @param {string} css */
  show(options, css) {
    const idles = options.qr === 'idle' && (this.#options?.qr !== 'idle' || this.#options.idle !== options.idle);
    const other = this.#options && pageOf(this.#options) !== pageOf(options);
    this.#options = options;
    this.#css = css;
    if (!this.#frame.src || other) {
      // demo is set separately: the preview always has its own feed.
      const query = new URLSearchParams(queryOf(options));
      query.set('demo', '1');
      this.#sheet = null;
      this.#frame.src = `/${pageOf(options)}/${encodeURIComponent(this.#room)}?${query}`;
    } else {
      if (options.qr !== 'idle') this.#wake();
      if (idles) this.rest();
      else this.#config();
      if (this.#sheet) this.#sheet.textContent = css;
    }
    const upper = options.region !== 'bottom';
    this.#area.hidden = options.area === 1 || options.box !== '';
    this.#area.classList.toggle('above', !upper);
    this.#area.style.setProperty('--at', `${(upper ? options.area : 1 - options.area) * 100}%`);
  }

  /** @param {boolean} on everything is paused */
  pause(on) {
    this.#paused = on;
    if (on) this.#overlay?.pause();
    else this.#overlay?.resume();
  }

  /** Pauses the feed for a moment, so that the QR code of a quiet room appears; then the feed
   * resumes and the code disappears. */
  rest() {
    this.#wake();
    this.#resting = setTimeout(() => { this.#wake(); this.#config(); }, REST);
    this.#config();
    this.#overlay?.clear();
  }

  #wake() {
    clearTimeout(this.#resting);
    this.#resting = null;
  }

  /** The preview always has its own feed, and its own, shorter time until the room counts as
   * quiet. */
  #config() {
    if (this.#options) this.#overlay?.config({ ...allTexts(this.#options), idle: '1', demo: this.#resting === null ? '1' : '0' });
  }

  /** The canvas of OBS. @param {number} width @param {number} height */
  size(width, height) {
    this.#width = width;
    this.#height = height;
    this.#box.style.setProperty('--ratio', String(width / height));
    this.#frame.style.setProperty('width', `${width}px`);
    this.#frame.style.setProperty('height', `${height}px`);
    this.#scale();
  }

  /** The overlay's hooks, when it is there. @returns {any} */
  get #overlay() {
    return /** @type {any} */ (this.#frame.contentWindow)?.danmaku;
  }

  /** As OBS does: a style at the end of the head, once the page is loaded. */
  #applyCss() {
    const page = this.#frame.contentDocument;
    if (!page?.head || !this.#overlay || !this.#options) return; // the empty page before the first
    this.#sheet = page.createElement('style');
    this.#sheet.textContent = this.#css;
    page.head.append(this.#sheet);
    this.#config(); // the options may have changed while the page loaded
    if (this.#options.qr === 'idle') this.rest();
    if (this.#paused) this.#overlay.pause();
  }

  /** The observer: nothing in here changes the box's own size. */
  #scale() {
    this.#frame.style.setProperty('transform', `scale(${this.#box.clientWidth / this.#width})`);
  }
}
