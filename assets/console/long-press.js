// Detects a long press in browsers without an event for it: WebKit on phones sends no
// `contextmenu`.

/** ms of a long press */
const PRESS_FOR = 500;

/** px that the finger may move */
const MAX_MOVE = 10;

/**
 * @param {HTMLElement} box
 * @param {(target: Element, at: {x: number, y: number}) => boolean} act false: there is nothing to do
 */
export function onLongPress(box, act) {
  /** @type {any} */ let timer = null;
  /** the press was used, so the click that follows it does not count */ let used = false;
  let from = { x: 0, y: 0 };
  const end = () => clearTimeout(timer);
  box.addEventListener('pointerdown', (event) => {
    end();
    used = false;
    if (event.pointerType !== 'touch' || !event.isPrimary) return;
    const target = /** @type {Element} */ (event.target);
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => { used = act(target, from); }, PRESS_FOR);
  });
  box.addEventListener('pointermove', (event) => { if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > MAX_MOVE) end(); });
  for (const what of ['pointerup', 'pointercancel', 'contextmenu']) box.addEventListener(what, end);
  box.addEventListener('click', (event) => {
    if (!used) return;
    used = false;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}
