// Form fields of show items.

import { el } from '../shared/dom.js';

/**
 * A line of text with its label. The server counts the characters as people see them and
 * reports too many; the field allows some that are several units.
 * @param {string} label @param {string} [text] @param {number} [most] characters
 */
export function field(label, text = '', most = 100) {
  const input = el('input', { maxlength: most * 4, autocomplete: 'off', dir: 'auto' });
  input.value = text;
  return { input, node: el('label', { class: 'field' }, el('span', {}, label), input), read: () => input.value.trim() };
}

/** A switch with its label. @param {string} label @param {boolean} on */
export function choice(label, on) {
  const input = el('input', { type: 'checkbox', role: 'switch' });
  input.checked = on;
  return { node: el('label', { class: 'toggle' }, input, el('i', { 'aria-hidden': 'true' }), el('span', {}, label)), read: () => input.checked };
}

let made = 0;

/**
 * A duration: one of several, 0 until it is stopped.
 * @param {import('../shared/i18n.js').Words} words @param {string} label @param {number[]} lengths s @param {number} now
 */
export function seconds({ t }, label, lengths, now) {
  const name = `show-time-${++made}`;
  const all = lengths.includes(now) ? lengths : [...lengths, now];
  const word = (/** @type {number} */ n) => (n === 0 ? t('show_until_stopped') : n % 60 === 0 ? t('age_m', { n: n / 60 }) : t('age_s', { n }));
  const inputs = all.map((n) => {
    const input = el('input', { type: 'radio', name, value: n });
    input.checked = n === now;
    return input;
  });
  const node = el('fieldset', { class: 'choices' }, el('legend', {}, label), el('div', { class: 'segments' }, ...inputs.map((input, i) => el('label', {}, input, el('span', {}, word(all[i]))))));
  return { node, read: () => Number(inputs.find((input) => input.checked)?.value ?? now) };
}
