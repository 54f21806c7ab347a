// Reading aloud: which comments, with which voice, and how to bring it into a stream.

import { el, icon, said } from '../shared/dom.js';
import { frame, toggle } from './page.js';
import { Reader } from './reader.js';
import { field } from './show-fields.js';
import { SOURCES } from './source.js';

/** The choices of what is read, in their order. */
const WHAT = /** @type {const} */ (['all', 'paid', 'questions', 'word']);

/** Languages with their own choice of voice. */
const LANGS = ['en', 'zh', 'ja', 'ko'];

/** The most waiting rows shown. */
const ROWS = 8;

/** @type {import('./sections.js').Open} */
export function open(host, store) {
  const { words } = store;
  const { t } = words;
  const reader = store.reader ??= made(store);
  const box = frame(host, t('page_voice'), t('voice_lead'), 'narrow-page settings voice-page');
  if (!reader.can) {
    box.append(el('p', { class: 'none-yet' }, t('voice_none')));
    return () => {};
  }
  const main = el('button', { type: 'button', class: 'button main', onclick: () => reader.turn(!reader.on) });
  const skip = el('button', { type: 'button', class: 'button line', onclick: () => reader.skip() }, t('voice_skip'));
  const empty = el('button', { type: 'button', class: 'button line', onclick: () => reader.empty() }, t('voice_empty'));
  const now = el('p', { class: 'voice-now' });
  const list = el('ol', { class: 'lines', 'aria-label': t('voice_waits') });
  const count = el('p', { class: 'soft' });
  box.append(el('div', { class: 'page-bar' }, main, skip, empty), now, list, count, ...settings(), el('h3', {}, t('voice_obs')), el('p', {}, t('voice_obs_lead')),
    el('ul', { class: 'voice-how' }, ...['windows', 'mac', 'linux'].map((system) => el('li', {}, t(`voice_obs_${system}`)))), el('p', { class: 'help' }, t('voice_obs_dock')));
  const off = store.on('voice', draw);
  draw();
  return off;

  function draw() {
    const { queue, on } = reader;
    main.textContent = t(on ? 'voice_stop' : 'voice_start');
    main.classList.toggle('main', !on);
    main.classList.toggle('stop', on);
    skip.hidden = !queue.now;
    empty.hidden = queue.waiting.length === 0;
    now.replaceChildren(...(queue.now ? [el('span', { class: 'soft' }, t('voice_now')), ' ', said(line(queue.now))] : [el('span', { class: 'soft' }, t(on ? 'voice_quiet' : 'voice_off'))]));
    list.hidden = queue.waiting.length === 0;
    list.replaceChildren(...queue.waiting.slice(0, ROWS).map((one) => el('li', { class: 'line-row' }, el('span', { class: 'grow' }, said(line(one))),
      el('button', { type: 'button', class: 'icon-button', 'aria-label': t('voice_out'), title: t('voice_out'), onclick: () => { queue.drop({ ids: [one.id] }); draw(); } }, icon('x')))));
    count.textContent = queue.waiting.length > ROWS ? t('voice_more', { n: queue.waiting.length - ROWS }) : '';
  }

  /** @param {import('./speech-queue.js').Utterance} one */
  function line({ name, text }) { return name ? t('voice_says', { name, text }) : text; }

  /** @param {string} label @param {string} help @param {...(Node|string)} controls */
  function row(label, help, ...controls) {
    return el('div', { class: 'set' }, el('div', {}, el('h4', {}, label), help && el('p', { class: 'help' }, help)), el('div', { class: 'control' }, ...controls));
  }

  function settings() {
    const { speech } = reader;
    const word = field(t('voice_word'), speech.word, 40);
    word.node.hidden = speech.what !== 'word';
    word.input.addEventListener('input', () => reader.set({ word: word.read() }));
    const what = select(WHAT.map((one) => [one, t(`voice_what_${one}`)]), speech.what, t('voice_what'), (value) => {
      reader.set({ what: /** @type {any} */ (value) });
      word.node.hidden = value !== 'word';
    });
    const source = select([['', t('voice_any')], ...SOURCES.map((one) => /** @type {[string, string]} */ ([one, t(`source_${one}`)]))], speech.source, t('voice_source'), (value) => reader.set({ source: value }));
    return [
      el('h3', {}, t('voice_what')), row(t('voice_which'), t('voice_what_help'), what, word.node), row(t('voice_source'), '', source),
      row(t('voice_names'), t('voice_names_help'), toggle(t('voice_names_on'), speech.names, (on) => reader.set({ names: on }))),
      el('h3', {}, t('voice_how')),
      row(t('voice_rate'), '', slider(t('voice_rate'), 0.5, 2, speech.rate, (rate) => reader.set({ rate }))),
      row(t('voice_volume'), '', slider(t('voice_volume'), 0, 1, speech.volume, (volume) => reader.set({ volume }))),
      ...LANGS.map((lang) => row(t(`voice_lang_${lang}`), '', voicesOf(lang))),
    ];
  }

  /** Voices may load late, so they are listed when the list is opened. @param {string} lang */
  function voicesOf(lang) {
    const node = select([], '', t(`voice_lang_${lang}`), (uri) => reader.set({ voices: { ...reader.speech.voices, [lang]: uri } }));
    const fill = () => {
      const own = reader.voices.filter((voice) => voice.lang.toLowerCase().startsWith(lang));
      const chosen = reader.speech.voices[lang] ?? '';
      node.replaceChildren(el('option', { value: '' }, t(own.length > 0 ? 'voice_auto' : 'voice_lacks')), ...own.map((voice) => el('option', { value: voice.voiceURI, selected: voice.voiceURI === chosen }, voice.name)));
    };
    fill();
    node.addEventListener('focus', fill);
    return node;
  }
}

/** The reader outlives its page: the rail shows that it is reading. @param {import('./store.js').Store} store */
function made(store) {
  const reader = new Reader(store);
  const link = document.querySelector('.rail [data-section-link="voice"]');
  store.on('voice', () => link?.classList.toggle('on-show', reader.on));
  return reader;
}

/** @param {[string, string][]} options @param {string} now @param {string} label @param {(value: string) => void} act */
function select(options, now, label, act) {
  const node = el('select', { 'aria-label': label }, ...options.map(([value, text]) => el('option', { value, selected: value === now }, text)));
  node.addEventListener('change', () => act(node.value));
  return node;
}

/** @param {string} label @param {number} min @param {number} max @param {number} now @param {(value: number) => void} act */
function slider(label, min, max, now, act) {
  const node = el('input', { type: 'range', min, max, step: 0.05, value: now, 'aria-label': label });
  node.addEventListener('input', () => act(Number(node.value)));
  return node;
}
