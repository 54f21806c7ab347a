// A ticker along the lower edge: its sentences run from right to left, one after the other,
// again and again. The compositor moves one row; no frame is drawn for it.

import { line } from './show-node.js';

/** Dots of a 1080p picture a second. */
const SPEED = 110;

/** The most copies of the row side by side; the row is at least as wide as the bar. */
const COPIES = 40;

/** @type {import('./show.js').Make} */
export function make() {
  const row = line('div', 'dm-ticker-row');
  const node = line('div', 'dm-ticker', row);
  let drawn = '';
  /** @type {string[]} */ let texts = [];
  /** @type {Animation|null} */ let motion = null;
  const set = () => line('span', 'dm-ticker-set', ...texts.map((text) => {
    const bdi = line('bdi', 'dm-ticker-text');
    bdi.textContent = text;
    return bdi;
  }));

  /** Lays the row out for the bar's width. */
  function layOut() {
    const first = set();
    row.replaceChildren(first);
    const width = first.offsetWidth, dot = first.offsetHeight / 56;
    if (width === 0 || !node.isConnected) return;
    const copies = Math.min(COPIES, Math.ceil(node.clientWidth / width));
    for (let i = 0; i < copies; i++) {
      const copy = set();
      copy.setAttribute('aria-hidden', 'true');
      row.append(copy);
    }
    const at = motion?.effect?.getComputedTiming().progress ?? 0;
    motion?.cancel();
    motion = row.animate([{ transform: 'translate3d(0,0,0)' }, { transform: `translate3d(-${width}px,0,0)` }], { duration: (width / (SPEED * dot)) * 1000, iterations: Infinity });
    motion.currentTime = at * ((width / (SPEED * dot)) * 1000); // at another width it continues from the same position
  }
  new ResizeObserver(layOut).observe(node);
  document.fonts.addEventListener('loadingdone', layOut);
  return {
    node,
    draw({ spec }) {
      const key = JSON.stringify(spec.texts);
      if (key === drawn) return;
      drawn = key;
      texts = spec.texts;
      layOut();
    },
  };
}
