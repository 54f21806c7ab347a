// A menu at a point of the page: opened by mouse, key or long press.

import { el, icon } from '../shared/dom.js';

/** px between the menu and the window's edge */
const EDGE = 8;

/** ms without another letter before the search by letters restarts */
const PAUSE = 700;

/**
 * @typedef {object} MenuItem
 * @property {string} text
 * @property {string} glyph
 * @property {string} [key] that does the same
 * @property {boolean} [checked] it is one of several choices; whether it is the present one
 * @property {boolean} [stop] it restricts or removes something
 * @property {() => unknown} act
 *
 * @typedef {{x: number, y: number}} Point px in the window
 */

/** @type {(() => void)|null} closes the menu that is open */ let closeOpen = null;

/**
 * Opens a menu; another one that was open closes. The focus goes into it and, when
 * it closes, back to where the keyboard was.
 * @param {object} menu
 * @param {string} menu.label its subject, for screen readers
 * @param {Point} menu.at
 * @param {boolean} [menu.above] the menu ends at the point instead of beginning there
 * @param {readonly (MenuItem|null)[]} menu.items null is a line between two
 * @param {HTMLElement} menu.from the list it belongs to: it gets `menu` events when the menu opens and closes, and the focus if nothing else can have it
 */
export function openMenu({ label, at, above = false, items, from }) {
  closeOpen?.();
  const before = /** @type {HTMLElement|null} */ (document.activeElement);
  // The mouse may have left the focus somewhere; a list that gets it back as keyboard focus
  // would pause for it.
  const keyed = before?.matches(':focus-visible') === true;
  const buttons = items.map((item) => (item ? el('button', {
    type: 'button', role: item.checked === undefined ? 'menuitem' : 'menuitemradio', 'aria-checked': item.checked === undefined ? null : String(item.checked), tabindex: '-1', class: item.stop ? 'stop' : null, 'aria-keyshortcuts': item.key?.toLowerCase() ?? null,
    onclick: () => { close(); item.act(); },
  }, icon(item.glyph), el('span', {}, item.text), item.checked && icon('check'), item.key && el('kbd', { 'aria-hidden': 'true' }, item.key)) : el('hr', { role: 'separator' })));
  const box = el('div', { class: 'menu-panel context-menu', role: 'menu', 'aria-label': label, tabindex: '-1' }, ...buttons);
  const rows = /** @type {HTMLButtonElement[]} */ (buttons.filter((node) => node instanceof HTMLButtonElement));
  const say = (/** @type {boolean} */ open) => from.dispatchEvent(new CustomEvent('menu', { detail: open }));
  const ends = new AbortController();
  let typed = '', last = -Infinity;

  function close() {
    if (ends.signal.aborted) return;
    ends.abort();
    closeOpen = null;
    if (keyed && box.contains(document.activeElement)) (before?.isConnected ? before : from).focus({ preventScroll: true });
    box.remove();
    say(false);
  }

  /** @param {number} i */
  const go = (i) => rows[(i + rows.length) % rows.length].focus();

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const i = rows.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const { key } = event;
    if (key === 'Tab' || key === 'Escape') close();
    else if (key === 'ArrowDown') go(i + 1);
    else if (key === 'ArrowUp') go(i < 0 ? -1 : i - 1);
    else if (key === 'Home') go(0);
    else if (key === 'End') go(-1);
    else if ([...key].length === 1 && key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      typed = (event.timeStamp - last > PAUSE ? '' : typed) + key.toLowerCase();
      last = event.timeStamp;
      const from = typed.length > 1 ? Math.max(0, i) : i + 1;
      const hit = rows.findIndex((_, n) => word(rows[(n + from) % rows.length]).startsWith(typed));
      if (hit >= 0) go(hit + from);
    } else return void event.stopPropagation(); // Enter and the space bar press the button
    event.preventDefault();
    event.stopPropagation();
  }

  box.addEventListener('keydown', pressed);
  box.addEventListener('contextmenu', (event) => event.preventDefault());
  const { signal } = ends;
  document.addEventListener('pointerdown', (event) => { if (!box.contains(/** @type {Node} */ (event.target))) close(); }, { signal, capture: true });
  for (const what of ['blur', 'resize', 'hashchange']) addEventListener(what, close, { signal });
  say(true);
  // In a landmark that is not redrawn while the menu is open.
  (from.closest('main, section:not(.next)') ?? document.querySelector('main') ?? document.body).append(box);
  place(box, at, above);
  closeOpen = close;
  (rows[0] ?? box).focus({ preventScroll: true });
}

/** @param {HTMLElement} row */
const word = (row) => (row.querySelector('span')?.textContent ?? '').toLowerCase();

/** Places the menu beside the point, inside the window. @param {HTMLElement} box @param {Point} at @param {boolean} above */
function place(box, { x, y }, above) {
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const own = box.getBoundingClientRect();
  const left = x + own.width + EDGE <= width ? x : Math.max(EDGE, Math.min(x, width - EDGE) - own.width);
  const top = Math.max(EDGE, Math.min(above ? y - own.height - EDGE : y, height - own.height - EDGE));
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}
