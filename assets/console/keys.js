// The keyboard: the function and the place of each key, and whether single letters count.

const KEEP = 'danmaku-single-keys';

/** Every key, by where it works; the help lists them in this order. */
export const KEYS = /** @type {const} */ ([
  ['review', [['A', 'key_approve'], ['R', 'key_refuse'], ['B', 'key_ban'], ['M', 'key_mute'], ['↑ ↓', 'key_move'], ['X', 'key_select'], ['Shift X', 'key_select_all'], ['I', 'key_person'], ['S', 'key_approve_feature'], ['O', 'key_menu'], ['Z', 'key_undo']]],
  ['feed', [['F', 'key_feed'], ['↑ ↓', 'key_row'], ['Del', 'key_takedown'], ['M', 'key_mute'], ['B', 'key_ban_row'], ['P', 'key_pin'], ['S', 'key_feature'], ['I', 'key_person'], ['O', 'key_menu'], ['A', 'key_approve_row'], ['R', 'key_refuse_row'], ['Esc', 'key_leave']]],
  ['room', [['Shift P', 'key_pause'], ['Shift C', 'key_clear'], ['Shift L', 'key_links'], ['Shift N', 'key_newcomers'], ['Shift S', 'key_slow'], ['Shift D', 'key_lock'], ['C', 'key_compose']]],
  ['pages', [['1 – 9', 'key_pages'], ['/', 'key_search'], ['?', 'key_help'], ['T', 'key_theme'], ['F6', 'key_beside']]],
]);

/** Whether single letters act; people who use speech input switch it off. */
export function lettersAct() {
  try { return localStorage.getItem(KEEP) !== 'off'; } catch { return true; }
}

/** @param {boolean} on */
export function setLettersAct(on) {
  try { localStorage.setItem(KEEP, on ? 'on' : 'off'); } catch { /* as long as the page */ }
}

/**
 * Calls the function of a key; see nameOf.
 * @param {Record<string, () => unknown>} acts false from one: the key was not used
 */
export function wireKeys(acts) {
  // A held Enter would press a button again and again: one that decides about the next row, or
  // undoes the effect of the first press.
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.repeat && event.key === 'Enter' && target.closest?.('button, summary, [role="button"]')) event.preventDefault();
  }, true);
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = /** @type {HTMLElement} */ (event.target);
    // A closed dialog keeps the focus until the next frame, and has no use for keys.
    const shut = target.closest?.('dialog:not([open])');
    if (!shut && target.closest?.('input:not([type="radio"]):not([type="checkbox"]), textarea, select, dialog, [contenteditable]')) return;
    // Radios, menus and scrolling pages use arrows themselves.
    if (event.key.startsWith('Arrow') && target.closest?.('[type="radio"], details[open], .page, [role="tab"]')) return;
    const name = nameOf(event);
    const single = name.replace('Shift+', '').length === 1;
    if (single && (event.repeat || (name !== '?' && !lettersAct()))) return;
    const act = acts[name];
    if (act && act() !== false) event.preventDefault();
  });
}

/**
 * The key as in the help, whatever Caps Lock or an input method makes of it: "a", "Shift+A",
 * "?", "ArrowUp".
 * @param {{key: string, code: string, shiftKey: boolean}} event
 */
export function nameOf({ key, code, shiftKey }) {
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : key === 'Process' && code.startsWith('Key') ? code.slice(3).toLowerCase() : '';
  if (letter) return shiftKey ? `Shift+${letter.toUpperCase()}` : letter;
  return key;
}
