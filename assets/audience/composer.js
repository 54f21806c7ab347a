// The form for a comment: the field, its counter, the choices, and the send button with its
// ring.

import { byId } from '../shared/dom.js';
import { lengthOf, nameToSend, tooHeavy } from '../shared/protocol.js';
import { Choices } from './choices.js';
import { Strip } from './strip.js';
import { Wait } from './wait.js';

/** @typedef {import('./outbox.js').Draft} Draft */

/** The counter appears from this share of the length on. */
const COUNT_FROM = 0.7;

export class Composer {
  #words; #send; #wait;
  #choices;
  #text; #name; #button; #label; #count;
  #most = 100;
  /** @type {any} */ #ticker = null;
  #closed = '';
  #waitReason = 'slow_down';

  /**
   * @param {HTMLFormElement} form
   * @param {import('../shared/i18n.js').Words} words
   * @param {(draft: Draft) => void} send
   * @param {Wait} [wait]
   */
  constructor(form, words, send, wait = new Wait()) {
    this.#words = words;
    this.#send = send;
    this.#wait = wait;
    this.#text = /** @type {HTMLTextAreaElement} */ (byId('text'));
    this.#name = /** @type {HTMLInputElement} */ (byId('name'));
    this.#button = /** @type {HTMLButtonElement} */ (byId('send'));
    this.#label = /** @type {HTMLElement} */ (this.#button.lastElementChild);
    this.#count = byId('count');
    this.strip = new Strip(form, this.#text);
    form.addEventListener('submit', (event) => { event.preventDefault(); this.#submit(); });
    this.#text.addEventListener('input', () => { this.strip.quiet(); this.#counted(); });
    // The field grows with the text, but a comment is one line: Enter sends.
    this.#text.addEventListener('beforeinput', (event) => {
      if (!/^insert(LineBreak|Paragraph)$/.test(event.inputType)) return;
      event.preventDefault();
      this.#button.click();
    });
    // Enter that ends a composition must not send. Safari reports it after the composition
    // ended, with the key code 229 of an input method.
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
    });
    // Enter in the name's field ends the name and does not send the comment.
    this.#name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      if (event.isComposing || event.keyCode === 229) return;
      this.#name.dispatchEvent(new Event('change', { bubbles: true }));
      this.#text.focus();
    });
    this.#choices = new Choices(form, byId('choices'));
    // A tap on a choice or the button must not close the keyboard.
    form.addEventListener('mousedown', (event) => {
      if (!(/** @type {Element} */ (event.target)).closest('.field')) event.preventDefault();
    });
  }

  get text() { return this.#text.value; }

  /** The text and all choices. @returns {Draft} */
  draft() {
    return { text: this.#text.value, name: nameToSend(this.#name.value), ...this.#choices.chosen };
  }

  /** Restores a text and choices. @param {Partial<Draft>} draft */
  restore(draft) {
    if (draft.text !== undefined) this.#text.value = draft.text;
    if (draft.name !== undefined) this.#name.value = draft.name;
    this.#choices.restore(draft);
    this.#counted();
  }

  /** Offers what the room allows. @param {import('../shared/protocol.js').Room} room */
  allow(room) {
    this.#most = room.max_length ?? 100;
    this.#choices.allow(room);
    this.#counted();
  }

  /** Disables sending for a reason; "" enables it. @param {string} why the banner's text */
  close(why) {
    this.#closed = why;
    this.strip.below(why);
    this.#state();
  }

  /** Draws the ring around the button and disables sending for a time. @param {number} ms */
  wait(ms) {
    this.#wait.start(ms);
    this.#button.classList.remove('waiting');
    // The seconds are shorter or longer than the label: the button keeps its width, so that
    // the ring fits.
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
  get waiting() { return this.#wait.left; }

  /** Announces the waiting time and counts down. @param {string} [reason] the reason, if it is not the person's own pace */
  sayWait(reason = '') {
    this.#waitReason = reason && this.#words.has(reason) ? reason : 'slow_down';
    this.strip.sayWait(this.#waitText());
  }

  /** Redraws all words, in another language. */
  redraw() {
    this.#tick();
    this.#counted();
    if (!this.strip.counting) this.strip.quiet();
  }

  #submit() {
    if (this.#closed) return this.strip.say('calm', '', this.#closed);
    if (this.waiting > 0) return this.sayWait();
    const length = lengthOf(this.#text.value);
    if (length === 0) return this.#text.focus();
    if (length > this.#most) return this.strip.say('stop', 'refuse', this.#words.t('too_long', { n: length - this.#most }), this.#words.t('too_long_do'));
    if (tooHeavy(this.#text.value)) return this.strip.say('stop', 'refuse', this.#words.t('refused'), this.#words.t('too_long_do'));
    const draft = this.draft();
    this.#text.value = '';
    this.strip.quiet();
    this.#counted();
    this.#send(draft);
  }

  /**
   * Shows the end of the text, and the space for the counter under it, while the person
   * writes there.
   */
  #followCaret() {
    if (this.#text.selectionEnd === this.#text.value.length) this.#text.scrollTop = this.#text.scrollHeight;
  }

  #counted() {
    const { value, style } = this.#text;
    if (value.includes('\n')) this.#text.value = value.replace(/\s*\n\s*/g, ' ');
    const length = lengthOf(this.#text.value);
    const show = length >= this.#most * COUNT_FROM;
    this.#count.hidden = !show;
    this.#count.textContent = `${length}/${this.#most}`;
    this.#count.classList.toggle('over', length > this.#most);
    this.#count.parentElement?.classList.toggle('counted', show);
    style.height = ''; // to measure the text's height; the stylesheet bounds it
    style.height = `${this.#text.scrollHeight + this.#text.offsetHeight - this.#text.clientHeight}px`;
    this.#followCaret();
    // The browser scrolls to the caret after this, and not over the counter.
    if (this.#text.scrollHeight > this.#text.clientHeight) requestAnimationFrame(() => this.#followCaret());
  }

  /** Once a second while there is a countdown, otherwise not at all. */
  #tick() {
    clearTimeout(this.#ticker);
    const left = this.waiting;
    if (left > 0) this.#ticker = setTimeout(() => this.#tick(), left % 1000 || 1000);
    else if (this.strip.counting) this.strip.quiet();
    if (this.strip.counting) this.strip.count(this.#waitText());
    this.#state();
  }

  #waitText() { return this.#words.t(this.#waitReason, { n: Math.ceil(this.waiting / 1000) }); }

  #state() {
    const left = this.waiting;
    this.#button.classList.toggle('waiting', left > 0);
    if (left <= 0) this.#button.style.minWidth = '';
    this.#label.textContent = left > 0 ? this.#words.t('seconds', { n: Math.ceil(left / 1000) }) : this.#words.t('send');
    if (this.#closed || left > 0) this.#button.setAttribute('aria-disabled', 'true');
    else this.#button.removeAttribute('aria-disabled');
  }
}
