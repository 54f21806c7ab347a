// Menus are <details> with a .menu-panel: the browser opens them; this module closes
// them on Escape, on a click outside, and after a choice, and moves the focus by arrow keys.

/** @param {Document} doc */
export function wireMenus(doc) {
  const open = () => /** @type {HTMLDetailsElement|null} */ (doc.querySelector('details.menu[open]'));
  doc.addEventListener('pointerdown', (event) => {
    const menu = open();
    if (menu && !menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
  doc.addEventListener('click', (event) => {
    const target = /** @type {Element} */ (event.target);
    const menu = target.closest?.('details.menu');
    if (menu && target.closest('.menu-panel a, .menu-panel button')) close(/** @type {HTMLDetailsElement} */ (menu));
  });
  doc.addEventListener('keydown', (event) => {
    const menu = open();
    if (!menu) return;
    if (event.key === 'Escape') { close(menu); event.preventDefault(); }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const items = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll('.menu-panel a, .menu-panel button, .menu-panel input')]);
      if (items.length === 0) return;
      const at = items.indexOf(/** @type {HTMLElement} */ (doc.activeElement));
      const step = event.key === 'ArrowDown' ? 1 : -1;
      items[at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length].focus();
      event.preventDefault();
    }
  });
}

/** @param {HTMLDetailsElement} menu closes it and returns the focus to its button */
export function close(menu) {
  menu.open = false;
  /** @type {HTMLElement|null} */ (menu.querySelector('summary'))?.focus();
}
