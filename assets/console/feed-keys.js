// The meaning of a key while the focus is in the feed. Pure.

import { lettersAct, nameOf } from './keys.js';

/** Letters, and their act on the current row; those of the queue only apply to a held row. @type {Record<string, string>} */
const ROW_ACTS = { m: 'mute', b: 'ban', i: 'person', p: 'pin', s: 'feature', o: 'menu', a: 'approve', r: 'refuse', x: 'none', 'Shift+X': 'none' };

/**
 * @typedef {{to: number}|{act: string}|{leave: true}} Wish go to a row, act on the current row, or leave the list
 *
 * @param {KeyboardEvent} event
 * @param {{at: number, last: number, page: number, onRow: boolean}} list the current row (-1 for none), the last
 *   row, how many rows a page has, and whether the row itself has the focus
 * @returns {Wish|null} null: the key has no meaning here
 */
export function feedKey(event, { at, last, page, onRow }) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: 0, End: last }[event.key];
  if (to !== undefined) return { to: Math.min(last, Math.max(0, to)) };
  const name = nameOf(event);
  if (at >= 0 && (name === 'ContextMenu' || (name === 'F10' && event.shiftKey))) return { act: 'menu' };
  /** @type {string|undefined} */ const letter = !event.repeat && lettersAct() ? ROW_ACTS[name] : undefined;
  const act = name === 'Delete' ? 'takedown' : letter;
  if (act && at >= 0) return { act };
  if (event.key === 'Enter' && onRow) return { act: 'person' };
  return event.key === 'Escape' ? { leave: true } : null;
}
