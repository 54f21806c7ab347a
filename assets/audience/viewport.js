// Makes the page as high as the on-screen keyboard leaves it.

/** px: below these heights the room message, then the header disappear. */
const SHORT = 520, TINY = 400;

/**
 * px: from this width on a short page has the composer in one row, and so keeps its header
 * longer.
 */
const WIDE = 600, TINY_WIDE = 300;

/**
 * Follows the visual viewport; without one the stylesheet's 100dvh applies.
 * @param {Window} window
 */
export function followViewport(window) {
  const root = window.document.documentElement;
  const view = window.visualViewport;
  let last = '';
  const follow = () => {
    const height = Math.round(view?.height ?? window.innerHeight);
    const top = Math.round(view?.offsetTop ?? 0);
    const wide = window.innerWidth >= WIDE;
    // The person has zoomed in to enlarge a part: leave the page alone.
    if ((view?.scale ?? 1) > 1.01 || `${height} ${top} ${wide}` === last) return;
    last = `${height} ${top} ${wide}`;
    root.style.setProperty('--app-height', `${height}px`);
    root.style.setProperty('--app-top', `${top}px`);
    root.toggleAttribute('data-short', height < SHORT);
    root.toggleAttribute('data-tiny', height < (wide ? TINY_WIDE : TINY));
  };
  for (const target of [view, window]) target?.addEventListener('resize', follow);
  view?.addEventListener('scroll', follow);
  follow();
}
