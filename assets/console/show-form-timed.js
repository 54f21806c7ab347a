// The fields of countdowns and tickers, and the start time of any item.

import { el } from '../shared/dom.js';
import { clockField } from './clock-field.js';
import { field, seconds } from './show-fields.js';
import { clockText, fieldTime, momentOf, momentText } from './show-time.js';

/** @typedef {import('./show-form.js').Fields} Fields */

/** The durations of a ticker, s. */
const RUNS = [0, 60, 300, 900];

/** The minutes of a new countdown. */
const USUAL = 5;

/** A time of day with its label. @param {string} label @param {number} [at] ms */
function timeField(label, at = 0) {
  const input = clockField({}, '20:18');
  input.value = fieldTime(at);
  return { input, node: el('label', { class: 'field show-at' }, el('span', {}, label), input) };
}

/** @param {import('../shared/i18n.js').Words} words @param {any} spec @param {() => number} now @returns {Fields} */
export function countdownFields({ t }, spec, now) {
  const title = field(t('countdown_title'), spec?.title, 60);
  const minutes = el('input', { type: 'number', class: 'plain-field', min: 0.1, max: 1440, step: 'any', inputmode: 'decimal', value: spec?.seconds ? Math.round(spec.seconds / 6) / 10 : USUAL });
  const until = timeField(t('countdown_until'), spec?.until);
  const done = field(t('countdown_done'), spec?.done, 60);
  const read = () => ({ minutes: Math.round(Number(minutes.value) * 60), until: momentOf(until.input.value, spec?.until ?? 0, now()) });
  const length = el('label', { class: 'field show-votes' }, el('span', {}, t('countdown_minutes')), minutes);
  const choose = () => { length.hidden = Boolean(until.input.value); };
  until.input.addEventListener('input', choose);
  choose();
  return {
    nodes: [title.node, el('div', { class: 'show-pair' }, length, until.node), done.node],
    lacks: () => (clockText(until.input.value) === null ? until.input : read().until || read().minutes > 0 ? undefined : minutes),
    read: () => {
      const { minutes: s, until: at } = read();
      return { ...(at ? { until: at } : { seconds: s }), ...(title.read() ? { title: title.read() } : {}), ...(done.read() ? { done: done.read() } : {}) };
    },
  };
}

/** @param {import('../shared/i18n.js').Words} words @param {any} spec @returns {Fields} */
export function tickerFields(words, spec) {
  const { t } = words;
  const area = el('textarea', { rows: 4, maxlength: 20 * 201, dir: 'auto' });
  area.value = (spec?.texts ?? []).join('\n');
  const texts = () => area.value.split('\n').map((text) => text.trim()).filter(Boolean);
  const time = seconds(words, t('card_time'), RUNS, spec?.seconds ?? 0);
  return {
    nodes: [el('label', { class: 'field' }, el('span', {}, t('ticker_texts')), area), time.node],
    lacks: () => (texts().length > 0 ? undefined : area),
    read: () => ({ texts: texts(), ...(time.read() ? { seconds: time.read() } : {}) }),
  };
}

/**
 * The automatic start time. @param {import('../shared/i18n.js').Words} words @param {number} was ms; 0: it does not @param {() => number} now
 * @param {(text: string) => void} changed runs with the moment in words, or with ""
 */
export function startField({ t, lang }, was, now, changed) {
  const { input, node } = timeField(t('show_at'), was);
  const read = () => momentOf(input.value, was, now());
  input.addEventListener('input', () => changed(read() ? momentText(read(), now(), lang) : ''));
  return { node, read, lacks: () => (clockText(input.value) === null ? input : undefined) };
}
