// Keeps the item in the upper corner and the item in the lower third apart: on a small or nearly
// square picture, both get smaller together, and what still does not fit is reduced in the corner.

/** The least size of the item in the corner, as a share of its own. */
const LEAST = 0.5;

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/**
 * The scale at which the item in the corner ends above the other one.
 * @param {Box} corner @param {Box} lower @param {number} air px between them
 * @returns {number} 1 if they do not meet
 */
export function scaleOf(corner, lower, air) {
  if (corner.right <= lower.left || corner.left >= lower.right || corner.bottom + air <= lower.top) return 1;
  return Math.max(LEAST, Math.min(1, (lower.top - air - corner.top) / (corner.bottom - corner.top)));
}

/** Where an item of a slot is, whatever its animation does meanwhile. @param {HTMLElement} box @returns {Box|null} */
function boxOf(box) {
  const node = /** @type {HTMLElement|null} */ (box.firstElementChild);
  if (!node?.offsetHeight) return null;
  const { left, top } = box.getBoundingClientRect();
  const x = left + node.offsetLeft, y = top + node.offsetTop;
  return { left: x, top: y, right: x + node.offsetWidth, bottom: y + node.offsetHeight };
}

/** @param {HTMLElement} layer @param {Map<string, {box: HTMLElement}>} slots */
export function keepApart(layer, slots) {
  const corner = slots.get('corner')?.box, lower = slots.get('lower')?.box;
  if (!corner || !lower) return;
  layer.classList.remove('dm-show-close');
  corner.style.transform = '';
  const scale = () => {
    const a = boxOf(corner), b = boxOf(lower);
    return a && b ? scaleOf(a, b, innerHeight / 100) : 1;
  };
  if (scale() === 1) return;
  layer.classList.add('dm-show-close');
  const rest = scale();
  if (rest < 1) corner.style.transform = `scale(${rest})`;
}

/** Runs when the bar or a second screen's codes move the lower third. @param {() => void} moved */
export function watchPlaces(moved) {
  new MutationObserver(moved).observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'data-bar', 'data-corner', 'data-corner-above'] });
}
