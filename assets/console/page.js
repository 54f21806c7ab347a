// Common parts of the pages beside the live one.

import { copyText } from '../shared/clipboard.js';
import { el, icon } from '../shared/dom.js';

/**
 * Fills a page with its heading and returns the box for the rest.
 * @param {HTMLElement} host @param {string} title @param {string} lead @param {string} [more] a class
 */
export function frame(host, title, lead, more = '') {
  const box = el('div', { class: `page-in ${more}` }, el('h2', { tabindex: '-1' }, title), el('p', { class: 'page-lead' }, lead));
  host.replaceChildren(box);
  return box;
}

/** A time to the minute: for values stored no finer, or where more is not needed. @param {number} at ms @param {string} lang */
export const roughly = (at, lang) => new Date(at).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

/** A time to the second, with the month as a word: 11/12 is another day in another country. @param {number} at ms @param {string} lang */
export const when = (at, lang) => new Date(at).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

/**
 * Calls fn when nothing was typed for a while.
 * @param {() => void} fn @param {number} ms @returns {() => void}
 */
export function later(fn, ms) {
  /** @type {any} */ let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(fn, ms);
  };
}

/**
 * A switch with its word.
 * @param {string} text @param {boolean} on @param {(on: boolean) => void} act
 */
export function toggle(text, on, act) {
  const input = el('input', { type: 'checkbox', role: 'switch' });
  input.checked = on;
  input.addEventListener('change', () => act(input.checked));
  return el('label', { class: 'toggle' }, input, el('i', { 'aria-hidden': 'true' }), el('span', {}, text));
}

/**
 * Copies a text and shows the result on the button. If copying fails, the displayed text is
 * selected for copying by hand.
 * @param {string} text @param {HTMLElement} button @param {import('../shared/i18n.js').Words} words @param {HTMLElement} shown the element with the text
 */
export async function copy(text, button, words, shown) {
  const done = await copyText(text);
  if (!done) getSelection()?.selectAllChildren(shown);
  const label = button.querySelector('span') ?? button;
  label.textContent = words.t(done ? 'copied' : 'not_copied');
  setTimeout(() => { label.textContent = words.t('copy'); }, 2000);
}

/** @param {import('../shared/i18n.js').Words} words @param {string} text @param {HTMLElement} shown the element with the text @param {string} [of] the owner, for screen readers */
export function copyButton(words, text, shown, of = '') {
  const button = el('button', { type: 'button', class: 'button line', 'aria-label': of ? `${words.t('copy')}: ${of}` : null }, icon('copy'), el('span', {}, words.t('copy')));
  button.addEventListener('click', () => void copy(text, button, words, shown));
  return button;
}

/**
 * A key that is shown only once.
 * @param {import('../shared/i18n.js').Words} words @param {string} secret @param {string} note @param {Node|false} [more] @param {string} [title]
 */
export function once(words, secret, note, more = false, title = words.t('link_ready')) {
  const shown = el('p', { class: 'mono' }, secret);
  return el('div', { class: 'new-link' }, el('div', {}, el('p', {}, el('b', {}, title), ' ', note), shown, copyButton(words, secret, shown)), more || '');
}

/** A control with its label, as a row of settings. @param {string} label @param {string} help @param {...Node} controls */
export function setting(label, help, ...controls) {
  const id = `set-${label}`.replace(/\s+/g, '-');
  return el('div', { class: 'set' }, el('p', {}, el('span', { id }, label), help && el('span', { class: 'help' }, help)),
    el('div', { class: 'control', role: 'group', 'aria-labelledby': id }, ...controls));
}

/** A group of choices with one selected. @param {string} name @param {readonly string[]} values @param {(value: string) => string} word @param {() => void} changed */
export function choice(name, values, word, changed) {
  const inputs = values.map((value, i) => {
    const input = el('input', { type: 'radio', name, value });
    input.checked = i === 0;
    return input;
  });
  const group = el('div', { class: 'segments' }, ...inputs.map((input) => el('label', {}, input, el('span', {}, word(input.value)))));
  group.addEventListener('change', changed);
  return { group, get value() { return inputs.find((input) => input.checked)?.value ?? values[0]; } };
}
