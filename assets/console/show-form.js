// The form for a show item: a poll, a card with free text, an announcement.

import { ApiError } from '../shared/api.js';
import { el, icon, invalid } from '../shared/dom.js';
import { LENGTHS } from './feature.js';
import { drawFields } from './show-draw.js';
import { choice, field, seconds } from './show-fields.js';
import { questionFields } from './show-form-questions.js';
import { photoFields } from './show-photos.js';
import { countdownFields, startField, tickerFields } from './show-form-timed.js';

/** @typedef {import('../shared/items.js').Item} Item */

/** The number of options of a poll. */
const LEAST = 2, MOST = 10;

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {string} kind @param {Item|undefined} item to be changed; none: a new one
 * @param {() => void} done runs when the form is to close
 */
export function itemForm(store, acts, kind, item, done) {
  const { words } = store;
  const { t } = words;
  const now = () => store.now;
  const fields = kind === 'poll' ? pollFields(words, item?.spec)
    : kind === 'draw' ? drawFields(store, item?.spec)
        : kind === 'questions' ? questionFields(words, item?.spec)
        : kind === 'photos' ? photoFields(words, item?.spec)
      : kind === 'countdown' ? countdownFields(words, item?.spec, now)
        : kind === 'ticker' ? tickerFields(words, item?.spec) : textFields(words, kind, item?.spec);
  const fault = el('p', { class: 'fault', role: 'alert' });
  const button = (/** @type {string} */ text, /** @type {string} */ tone, /** @type {string} */ then) => el('button', { type: 'submit', class: `button ${tone}`, value: then }, text);
  const later = button('', 'main', '');
  const buttons = item ? [button(t('show_save'), 'main', '')] : [button(t('show_start'), 'main', 'start'), later, button(t('show_queue'), 'line', 'queue'), button(t('show_keep'), 'line', '')];
  const starts = startField(words, item?.starts ?? 0, now, offer);
  /** With a start time there is only one button. @param {string} moment in words; "" for none */
  function offer(moment) {
    later.textContent = t('show_start_at', { time: moment });
    for (const one of buttons) one.hidden = item ? false : (one === later) !== Boolean(moment);
  }
  offer('');
  const form = el('form', { class: 'show-form stack', 'aria-label': t(`show_new_${kind}`) }, ...fields.nodes, starts.node, fault,
    el('div', { class: 'page-bar' }, ...buttons, el('button', { type: 'button', class: 'button', onclick: done }, t('cancel'))));
  let typed = false;
  form.addEventListener('input', () => {
    typed = true;
    fault.textContent = '';
    for (const bad of form.querySelectorAll('[aria-invalid]')) invalid(/** @type {HTMLElement} */ (bad), false);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(/** @type {HTMLButtonElement|null} */ (/** @type {SubmitEvent} */ (event).submitter)?.value ?? '');
  });
  return { node: form, dirty: () => typed, focus: () => /** @type {HTMLElement|null} */ (form.querySelector('input, textarea'))?.focus() };

  /** @param {string} then start, queue, or nothing */
  async function send(then) {
    const lacks = fields.lacks() ?? starts.lacks();
    if (lacks) {
      invalid(lacks, true);
      fault.textContent = t(lacks.classList.contains('clock') ? 'clock_fault' : kind === 'poll' ? 'show_lacks_poll' : 'show_lacks');
      return lacks.focus();
    }
    try {
      const spec = fields.read();
      const made = item ? await acts.ask('PATCH', store.path('items', item.id), { spec, ...(starts.read() !== (item.starts ?? 0) ? { starts: starts.read() } : {}) })
        : await acts.ask('POST', store.path('items'), { kind, spec, start: then === 'start' && !starts.read(), starts: starts.read() });
      if (then === 'queue' && !starts.read()) await acts.ask('POST', store.path('items', made.id, 'queue'));
      done();
    } catch (trouble) {
      // The typed text stays, whatever the server answers.
      if (trouble instanceof ApiError && trouble.code === 'bad_frame') fault.textContent = trouble.message;
      else acts.trouble(trouble);
    }
  }
}

/** @typedef {{nodes: Node[], lacks: () => HTMLElement|undefined, read: () => any}} Fields */

/** @param {import('../shared/i18n.js').Words} words @param {any} spec @returns {Fields} */
function pollFields(words, spec) {
  const { t } = words;
  const question = field(t('poll_question'), spec?.question, 120);
  const list = el('div', { class: 'show-form-options', role: 'group', 'aria-label': t('poll_options') });
  const add = el('button', { type: 'button', class: 'button line', onclick: () => option('').focus() }, icon('plus'), el('span', {}, t('poll_option_add')));
  const votes = el('input', { type: 'number', class: 'plain-field', min: 1, max: MOST, value: spec?.votes || 1, inputmode: 'numeric' });
  const inputs = () => /** @type {HTMLInputElement[]} */ ([...list.querySelectorAll('input')]);
  const option = (/** @type {string} */ text) => {
    const input = el('input', { class: 'plain-field', maxlength: 200, autocomplete: 'off', dir: 'auto' });
    input.value = text;
    const row = el('div', { class: 'show-form-option' }, el('span', { class: 'soft', 'aria-hidden': 'true' }), input, el('button', { type: 'button', class: 'icon-button', onclick: () => {
      row.remove();
      number();
      add.focus();
    } }, icon('x')));
    // Enter moves to the next option; in the last one it adds another.
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      const next = inputs()[inputs().indexOf(input) + 1];
      if (next) next.focus();
      else if (!add.hidden) option('').focus();
    });
    list.append(row);
    number();
    return input;
  };
  function number() {
    const rows = [...list.children];
    rows.forEach((row, i) => {
      const [label, input, remove] = /** @type {any} */ (row.children);
      label.textContent = String(i + 1);
      input.setAttribute('aria-label', t('poll_option', { n: i + 1 }));
      remove.setAttribute('aria-label', t('poll_option_remove', { n: i + 1 }));
      remove.hidden = rows.length <= LEAST;
    });
    add.hidden = rows.length >= MOST;
  }
  for (const text of spec?.options ?? ['', '']) option(text);
  const time = seconds(words, t('poll_time'), [0, 30, 60, 120, 300], spec?.seconds ?? 60);
  const checks = Object.fromEntries(['changeable', 'hidden', 'by_message', 'show'].map((name) => [name, choice(t(`poll_set_${name}`), spec ? Boolean(spec[name]) : name === 'changeable' || name === 'by_message')]));
  const filled = () => inputs().map((input) => input.value.trim()).filter(Boolean);
  return {
    nodes: [question.node, list, add, time.node, el('label', { class: 'field show-votes' }, el('span', {}, t('poll_votes')), votes), ...Object.values(checks).map(({ node }) => node)],
    lacks: () => (question.read() ? filled().length < LEAST ? inputs().find((input) => !input.value.trim()) : undefined : question.input),
    read: () => ({
      question: question.read(), options: filled(), votes: Math.min(filled().length, Math.max(1, Number(votes.value) || 1)), seconds: time.read(),
      ...Object.fromEntries(Object.entries(checks).map(([name, { read }]) => [name, read()])),
    }),
  };
}

/** @param {import('../shared/i18n.js').Words} words @param {string} kind card or announcement @param {any} spec @returns {Fields} */
function textFields(words, kind, spec) {
  const { t } = words;
  const text = field(t('card_text'), spec?.text, 500);
  const name = field(t('card_name'), spec?.name, 40);
  const time = seconds(words, t('card_time'), LENGTHS, spec?.seconds ?? 12);
  // A comment's text is its author's.
  if (spec?.comment) return { nodes: [el('blockquote', { dir: 'auto' }, spec.text), time.node], lacks: () => undefined, read: () => ({ ...spec, seconds: time.read() }) };
  const card = kind === 'card';
  return {
    nodes: [text.node, ...(card ? [name.node] : []), time.node],
    lacks: () => (text.read() ? undefined : text.input),
    read: () => ({ text: text.read(), seconds: time.read(), ...(card && name.read() ? { name: name.read() } : {}) }),
  };
}
