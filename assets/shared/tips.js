// Names for icon buttons, shown when a mouse points at one, when
// the keyboard is on one, and while a finger rests on it. The browser's own
// tooltips appear late, and never for the keyboard or a finger.

import { el } from './dom.js';

/** ms until a mouse or a resting finger shows the name */
const WAIT = { mouse: 350, touch: 500 };

/** px between a button and its name, and from the window's edge */
const GAP = 6;

/** Buttons without visible words. */
const BARE = '.icon-button, [data-tip]';

/** @param {Document} doc */
export function wireTips(doc) {
  const tip = el('div', { class: 'tip', 'aria-hidden': 'true', hidden: true });
  doc.body.append(tip);
  /** @type {HTMLElement|null} */ let over = null;
  /** @type {any} */ let timer = null;

  const bare = (/** @type {EventTarget|null} */ target) => /** @type {HTMLElement|null} */ (target instanceof Element ? target.closest(BARE) : null);

  function hide() {
    clearTimeout(timer);
    over = null;
    tip.hidden = true;
  }

  /** @param {HTMLElement} button @param {number} wait ms */
  function soon(button, wait) {
    if (button === over) return;
    hide();
    // Take over each tooltip that a page sets again; the browser's would cover ours.
    if (button.title) {
      button.dataset.tip = button.title;
      button.removeAttribute('title');
    }
    over = button;
    timer = setTimeout(() => show(button), wait);
  }

  /** @param {HTMLElement} button */
  function show(button) {
    const text = button.title || button.dataset.tip || button.getAttribute('aria-label') || '';
    if (!text || !button.isConnected || button.closest('details[open] > summary')) return;
    tip.textContent = text;
    tip.hidden = false;
    const at = button.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const { clientWidth: width, clientHeight: height } = doc.documentElement;
    const below = at.bottom + GAP + own.height <= height - GAP;
    tip.style.left = `${Math.max(GAP, Math.min(width - own.width - GAP, at.left + at.width / 2 - own.width / 2))}px`;
    tip.style.top = `${below ? at.bottom + GAP : at.top - GAP - own.height}px`;
  }

  // One listener for entering and leaving: a button that is replaced under the
  // pointer sends no leave event in WebKit, but the element there then gets an enter event.
  doc.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'touch') return;
    const button = bare(event.target);
    if (button) soon(button, WAIT.mouse);
    else if (over) hide();
  });
  doc.documentElement.addEventListener('pointerleave', hide);
  doc.addEventListener('focusin', (event) => {
    const button = bare(event.target);
    if (button?.matches(':focus-visible')) soon(button, 0);
    else hide();
  });
  doc.addEventListener('focusout', hide);
  doc.addEventListener('pointerdown', (event) => {
    hide();
    const button = event.pointerType === 'touch' ? bare(event.target) : null;
    if (button) soon(button, WAIT.touch);
  });
  for (const end of ['pointerup', 'pointercancel']) doc.addEventListener(end, (event) => { if (/** @type {PointerEvent} */ (event).pointerType === 'touch') hide(); });
  doc.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });
  doc.addEventListener('click', hide);
  doc.addEventListener('scroll', hide, { capture: true, passive: true });
}
