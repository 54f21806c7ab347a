// The field, the button with its ring, and the strip above them that says in
// words what happened.

import { byId, el, icon, invalid } from '../shared/dom.js';
import { COLORS, lengthOf, nameToSend, tooHeavy } from '../shared/protocol.js';

/** @typedef {import('./outbox.js').Draft} Draft */
/** @typedef {'stop'|'calm'|'good'} Tone */

/** ms for which good news stays in the strip */
const GOOD = 4_000;

/** The counter appears from this share of the length on. */
const COUNT_FROM = 0.7;

export class Composer {
  #form; #words; #send; #now;
  #choices = byId('choices');
  #text; #name; #button; #label; #count; #strip; #said; #alarm;
  #most = 100;
  #until = 0;
  /** @type {any} */ #ticker = null;
  #closed = '';
  #wish = '';
  #counting = false;
  /** @type {any} */ #leaving = null;

  /**
   * @param {HTMLFormElement} form
   * @param {import('../shared/i18n.js').Words} words
   * @param {(draft: Draft) => void} send
   * @param {() => number} [now] ms
   */
  constructor(form, words, send, now = Date.now) {
    this.#form = form;
    this.#words = words;
    this.#send = send;
    this.#now = now;
    this.#text = /** @type {HTMLInputElement} */ (byId('text'));
    this.#name = /** @type {HTMLInputElement} */ (byId('name'));
    this.#button = /** @type {HTMLButtonElement} */ (byId('send'));
    this.#label = /** @type {HTMLElement} */ (this.#button.lastElementChild);
    this.#count = byId('count');
    this.#strip = byId('strip');
    this.#said = byId('said');
    this.#alarm = byId('alarm');
    form.addEventListener('submit', (event) => { event.preventDefault(); this.#submit(); });
    this.#text.addEventListener('input', () => { this.quiet(); this.#counted(); });
    // Enter that ends a composition is not a wish to send. Safari reports it
    // after the composition's end, with the key code 229 of an input method.
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
    });
    // Enter after the name belongs to the name: the half-written comment stays.
    this.#name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      if (event.isComposing || event.keyCode === 229) return;
      this.#name.dispatchEvent(new Event('change', { bubbles: true }));
      /** @type {HTMLDetailsElement} */ (this.#name.closest('details')).open = false;
      this.#text.focus();
    });
    new ResizeObserver(() => this.#fit()).observe(this.#choices);
    // A tap on a choice or the button must not close the keyboard.
    form.addEventListener('mousedown', (event) => {
      if (!(/** @type {Element} */ (event.target)).closest('.field')) event.preventDefault();
    });
  }

  get text() { return this.#text.value; }

  /** What is chosen now. @returns {Draft} */
  draft() {
    const data = new FormData(this.#form);
    const chosen = (/** @type {string} */ name, /** @type {string} */ other) => String(data.get(name) ?? other);
    return {
      text: this.#text.value, name: nameToSend(this.#name.value),
      mode: chosen('mode', 'scroll'), color: chosen('color', '#ffffff'), size: chosen('size', 'medium'),
    };
  }

  /** Puts a text and choices back. @param {Partial<Draft>} draft */
  restore(draft) {
    if (draft.text !== undefined) this.#text.value = draft.text;
    if (draft.name !== undefined) this.#name.value = draft.name;
    for (const key of /** @type {const} */ (['mode', 'color', 'size'])) {
      const input = /** @type {HTMLInputElement|null} */ (this.#form.querySelector(`input[name="${key}"][value="${draft[key]}"]`));
      if (input && !input.closest('label')?.hidden) input.checked = true;
      else if (key === 'color') this.#wish = draft.color ?? '';
    }
    this.#counted();
  }

  /** Offers only what the room allows. @param {import('../shared/protocol.js').Room} room */
  allow(room) {
    this.#most = room.max_length ?? 100;
    this.#offer('mode', room.modes ?? [], 'scroll');
    this.#offer('size', room.sizes ?? [], 'medium');
    const colors = room.colors?.length ? ['#ffffff', ...room.colors.filter((c) => c !== '#ffffff')] : COLORS;
    this.#swatches(colors);
    this.#offer('color', colors, '#ffffff');
    // A colour of the room's own, chosen on an earlier visit, is there only now.
    const wish = this.#wish;
    this.#wish = '';
    if (wish && colors.includes(wish) && this.draft().color === '#ffffff') this.restore({ color: wish });
    this.#fit();
    this.#counted();
  }

  /** Where the row of choices scrolls, its last target in sight is cut in half, so that it says so. */
  #fit() {
    const row = this.#choices;
    row.style.removeProperty('--pick');
    const { left, right } = row.getBoundingClientRect();
    if (row.scrollWidth <= row.clientWidth || right - left === 0) return;
    const starts = [.../** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll('.pick'))]
      .filter((pick) => pick.offsetWidth > 0).map((pick) => [pick.getBoundingClientRect().left - left + row.scrollLeft, pick.offsetWidth]);
    const inSight = starts.filter(([start, width]) => start + width / 2 <= right - left);
    const [start, width] = inSight.at(-1) ?? [0, 0], before = inSight.length - 1;
    if (before > 0) row.style.setProperty('--pick', `${(right - left - start + before * width) / (before + 0.5)}px`);
  }

  /** Nothing can be sent for a reason that lasts; "" lifts it. @param {string} why as the banner says it */
  close(why) {
    this.#closed = why;
    if (why && this.#strip.textContent === why) this.quiet(); // the banner says it from here on
    this.#state();
  }

  /** The ring around the button: nothing can be sent for so long. @param {number} ms */
  wait(ms) {
    this.#until = ms > 0 ? this.#now() + ms : 0;
    this.#button.classList.remove('waiting');
    // The seconds are shorter or longer than the word: the button keeps its width, and the ring fits it.
    this.#button.style.minWidth = ms > 0 ? `${this.#button.offsetWidth}px` : '';
    this.#tick();
    if (ms > 0) {
      const rect = /** @type {SVGRectElement} */ (this.#button.querySelector('rect'));
      const { offsetWidth: width, offsetHeight: height } = this.#button;
      for (const [name, value] of Object.entries({ x: 1.5, y: 1.5, width: width - 3, height: height - 3, rx: 13 })) rect.setAttribute(name, String(value));
      this.#button.style.minWidth = `${width}px`;
      this.#button.style.setProperty('--wait', `${ms}ms`);
    }
  }

  /** ms until something can be sent again */
  get waiting() { return Math.max(0, this.#until - this.#now()); }

  /**
   * Says in the strip what happened; `then` is what to do about it.
   * @param {Tone} tone @param {string} glyph @param {string} what @param {string} [then]
   * @param {boolean} [here] it is about what stands in the field
   */
  say(tone, glyph, what, then = '', here = true) {
    // The banner above the field says it already; once is enough for the eyes.
    if (what === this.#closed) {
      this.quiet();
      return this.announce(what, true);
    }
    this.#counting = false;
    this.#strip.className = `strip ${tone}`;
    // A full-width stop brings its own space.
    const words = then ? el('span', {}, el('strong', {}, what), /[。！？]$/u.test(what) ? then : ` ${then}`) : el('span', {}, what);
    this.#strip.replaceChildren(icon(glyph), words);
    this.#strip.hidden = false;
    this.#form.querySelector('.field')?.classList.toggle('bad', here && tone === 'stop');
    invalid(this.#text, here && tone === 'stop');
    this.announce(`${what} ${then}`, tone === 'stop');
    clearTimeout(this.#leaving);
    if (tone === 'good') this.#leaving = setTimeout(() => this.quiet(), GOOD);
  }

  /** For those who do not see it. @param {string} words @param {boolean} [urgent] */
  announce(words, urgent = false) {
    (urgent ? this.#alarm : this.#said).textContent = words;
    (urgent ? this.#said : this.#alarm).textContent = '';
  }

  /** The strip has been read: its cause is gone. */
  quiet() {
    clearTimeout(this.#leaving);
    this.#counting = false;
    this.#strip.hidden = true;
    this.#form.querySelector('.field')?.classList.remove('bad');
    this.#text.removeAttribute('aria-invalid');
  }

  /** Says that it is too early, counting down. */
  sayWait() {
    const n = Math.ceil(this.waiting / 1000);
    this.say('calm', 'slow', this.#words.t('slow_down', { n }));
    this.#counting = true;
  }

  /** Words again, in another language. */
  redraw() {
    this.#tick();
    this.#counted();
    if (!this.#counting) this.quiet();
  }

  #submit() {
    if (this.#closed) return this.say('calm', '', this.#closed);
    if (this.waiting > 0) return this.sayWait();
    const length = lengthOf(this.#text.value);
    if (length === 0) return this.#text.focus();
    if (length > this.#most) return this.say('stop', 'refuse', this.#words.t('too_long', { n: length - this.#most }), this.#words.t('too_long_do'));
    if (tooHeavy(this.#text.value)) return this.say('stop', 'refuse', this.#words.t('refused'), this.#words.t('too_long_do'));
    const draft = this.draft();
    this.#text.value = '';
    this.quiet();
    this.#counted();
    this.#send(draft);
  }

  #counted() {
    const length = lengthOf(this.#text.value);
    const show = length >= this.#most * COUNT_FROM;
    this.#count.hidden = !show;
    this.#count.textContent = `${length}/${this.#most}`;
    this.#count.classList.toggle('over', length > this.#most);
    this.#count.parentElement?.classList.toggle('counted', show);
  }

  /** Once a second while there is something to count, else not at all. */
  #tick() {
    clearTimeout(this.#ticker);
    const left = this.waiting;
    if (left > 0) this.#ticker = setTimeout(() => this.#tick(), left % 1000 || 1000);
    else if (this.#counting) this.quiet();
    if (this.#counting) {
      // Only what is seen counts down; a screen reader has heard it once.
      /** @type {HTMLElement} */ (this.#strip.lastElementChild).textContent = this.#words.t('slow_down', { n: Math.ceil(left / 1000) });
    }
    this.#state();
  }

  #state() {
    const left = this.waiting;
    this.#button.classList.toggle('waiting', left > 0);
    if (left <= 0) this.#button.style.minWidth = '';
    this.#label.textContent = left > 0 ? this.#words.t('seconds', { n: Math.ceil(left / 1000) }) : this.#words.t('send');
    if (this.#closed || left > 0) this.#button.setAttribute('aria-disabled', 'true');
    else this.#button.removeAttribute('aria-disabled');
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
