// One dialog at a time: the browser traps the focus, closes on Escape and gives
// the focus back.

import { el, icon } from '../shared/dom.js';

/** @type {HTMLDialogElement|null} */ let open = null;

/**
 * @param {import('../shared/i18n.js').Words} words
 * @param {string} title @param {string} kind a class: card (at the side) or small
 * @param {...(Node|string|null|false)} body
 * @returns {HTMLDialogElement} removed from the page when it is closed
 */
export function openDialog(words, title, kind, ...body) {
  open?.close();
  const heading = el('h2', { id: 'dialog-title' }, title);
  const dialog = el('dialog', { class: `dialog ${kind}`, 'aria-labelledby': 'dialog-title' },
    el('header', { class: 'dialog-head' }, heading, el('button', { type: 'button', class: 'icon-button', 'aria-label': words.t('close'), title: `${words.t('close')} (Esc)`, onclick: () => dialog.close() }, icon('x'))),
    ...body.filter((part) => part));
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (open === dialog) open = null;
  });
  // A click beside it closes it.
  dialog.addEventListener('pointerdown', (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  open = dialog;
  dialog.showModal();
  return dialog;
}

/**
 * @typedef {{title: string, text: string, yes: string, no?: string}} Ask
 *
 * Asks before something that cannot be undone.
 * @param {import('../shared/i18n.js').Words} words
 * @param {Ask} ask
 * @param {() => void} act
 */
export function confirmFirst(words, { title, text, yes, no = words.t('keep') }, act) {
  const dialog = openDialog(words, title, 'small', el('p', { class: 'dialog-text' }, text), el('div', { class: 'dialog-buttons' },
    el('button', { type: 'button', class: 'button line', onclick: () => dialog.close() }, no),
    el('button', { type: 'button', class: 'button stop full', onclick: () => { dialog.close(); act(); } }, yes)));
  /** @type {HTMLElement|null} */ (dialog.querySelector('.dialog-buttons .line'))?.focus();
}
