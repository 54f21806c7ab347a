// Reads comments aloud with the browser's own voices. It continues while the moderator is on
// another page of the console, and pauses while the server cannot be reached: then it would
// not know what was taken down.

import { SpeechQueue, USUAL } from './speech-queue.js';

const KEEP = 'danmaku-speech';

/** ms after which a voice that does not end is abandoned. */
const SPEECH_TIMEOUT = 60_000;

/** ms after a new connection for the list of comments taken down in the meantime. */
const REMOVALS_AWAITED = 1000;

/** @typedef {import('./speech-queue.js').Speech} Speech */

export class Reader {
  queue = new SpeechQueue();
  on = false;
  /** @type {Speech} */ speech = USUAL;
  #store; #synth; #make; #later;
  #online = true;
  #lines = 0; // number of connection changes
  #turn = 0; // id of the present utterance: the end of an older one is ignored

  /**
   * @param {import('./store.js').Store} store
   * @param {{synth?: any, make?: (text: string) => any, later?: (fn: () => void, ms: number) => void, kept?: string|null}} [env]
   */
  constructor(store, { synth = globalThis.speechSynthesis, make = (text) => new SpeechSynthesisUtterance(text), later = (fn, ms) => { setTimeout(fn, ms); }, kept = stored() } = {}) {
    this.#store = store;
    this.#synth = synth;
    this.#make = make;
    this.#later = later;
    try {
      const { what, word, source, names, rate, volume, voices } = { ...USUAL, ...JSON.parse(kept ?? '{}') };
      this.speech = { what, word: String(word), source: String(source), names: names === true, rate: Number(rate) || 1, volume: Number(volume), voices: { ...voices } };
    } catch { /* as usual */ }
    store.on('shown', (c) => { if (this.on) this.#take(c); });
    store.on('gone', (what) => { if (this.queue.drop(what)) this.#interrupt(); this.#changed(); });
    store.on('line', (state) => this.#line(state));
  }

  /** Whether this browser has a voice. */
  get can() { return Boolean(this.#synth); }

  /** @returns {{name: string, lang: string, voiceURI: string}[]} */
  get voices() { return this.#synth?.getVoices() ?? []; }

  /** @param {Partial<Speech>} change */
  set(change) {
    this.speech = { ...this.speech, ...change };
    try { localStorage.setItem(KEEP, JSON.stringify(this.speech)); } catch { /* as long as the page */ }
  }

  /** @param {boolean} on */
  turn(on) {
    this.on = on && this.can;
    if (!this.on) {
      this.queue.drop(null);
      this.#interrupt();
    }
    this.#changed();
  }

  /** Ends the present utterance; the next one begins. */
  skip() {
    this.queue.now = null;
    this.#interrupt();
    this.#changed();
  }

  /** Removes all waiting ones; the present one is read to its end. */
  empty() {
    const { now } = this.queue;
    this.queue.drop(null);
    this.queue.now = now;
    this.#changed();
  }

  /** @param {any} c */
  #take(c) {
    const { t, lang } = this.#store.words;
    if (!this.queue.take(c, this.speech, { now: this.#store.now, own: lang, link: t('voice_link') })) return;
    this.#speakNext();
    this.#changed();
  }

  #speakNext() {
    if (!this.on || !this.#online || this.queue.now) return;
    const next = this.queue.next();
    if (!next) return;
    const { t } = this.#store.words;
    const turn = ++this.#turn;
    const said = this.#make(next.name ? t('voice_says', { name: next.name, text: next.text }) : next.text);
    const uri = this.speech.voices[next.lang];
    const voice = this.voices.find((one) => one.voiceURI === uri) ?? this.voices.find((one) => one.lang.toLowerCase().startsWith(next.lang));
    if (voice) said.voice = voice;
    said.lang = voice?.lang ?? next.lang;
    said.rate = this.speech.rate;
    said.volume = this.speech.volume;
    const end = () => {
      if (turn !== this.#turn) return;
      this.queue.now = null;
      this.#turn++;
      this.#speakNext();
      this.#changed();
    };
    said.onend = said.onerror = end;
    this.#synth.speak(said);
    this.#later(() => { if (turn === this.#turn) { this.#synth.cancel(); end(); } }, SPEECH_TIMEOUT);
  }

  /** Stops at once, then reads the next one. */
  #interrupt() {
    this.#turn++;
    this.#synth?.cancel();
    this.#speakNext();
  }

  /** @param {string} state of the connection */
  #line(state) {
    const line = ++this.#lines;
    this.#online = false;
    if (state !== 'open') return;
    this.#later(() => {
      if (line !== this.#lines) return;
      this.#online = true;
      this.#speakNext();
      this.#changed();
    }, REMOVALS_AWAITED);
  }

  #changed() { this.#store.notify('voice'); }
}

function stored() {
  try { return localStorage.getItem(KEEP); } catch { return null; }
}
