// Opens the menu of a comment: with the right mouse button, the menu key, or a long press. The
// menu itself is loaded with its first use.

import { onLongPress } from './long-press.js';

/** @typedef {import('./model.js').Entry} Entry */

/**
 * @param {HTMLElement[]} lists of comments, each with its id in `data-id`
 * @param {(id: string) => Entry|undefined} find
 * @param {import('./row-menu.js').Parts} parts
 * @returns {(id: string) => void} opens the menu of a comment at its row, for a key
 */
export function wireMenusOfRows(lists, find, parts) {
  /** @param {HTMLElement} list @param {Element} target @param {{x: number, y: number}} at */
  const open = (list, target, at) => {
    const entry = find(/** @type {HTMLElement|null} */ (target.closest('[data-id]'))?.dataset.id ?? '');
    if (!entry) return false;
    void import('./row-menu.js').then(({ openRowMenu }) => openRowMenu(entry, parts, list, at));
    return true;
  };
  /** @param {Element} row */
  const below = (row) => {
    const { left, top, height } = row.getBoundingClientRect();
    return { x: left + 24, y: top + Math.min(height, 36) };
  };
  for (const list of lists) {
    list.addEventListener('contextmenu', (event) => {
      const target = /** @type {Element} */ (event.target);
      if (target.closest('input, textarea')) return; // the browser's own menu has what a field needs
      // A menu that a key opens has no pointer position: browsers report the corner or the
      // middle of the focused element.
      const at = event.button === 2 || /** @type {PointerEvent} */ (event).pointerType ? { x: event.clientX, y: event.clientY } : below(target.closest('[data-id]') ?? target);
      if (open(list, target, at)) event.preventDefault();
    });
    onLongPress(list, (target, at) => open(list, target, at));
  }
  return (id) => {
    for (const list of lists) {
      const row = [list, ...list.querySelectorAll('[data-id]')].find((node) => /** @type {HTMLElement} */ (node).dataset.id === id && node.getClientRects().length > 0);
      if (row) return void open(list, row, below(row));
    }
  };
}
