// The distance from which the codes of a poster can be read on a paper.

import { sideFor } from '../shared/code-size.js';

/** Width and height of the papers, in millimetres. @type {Record<string, [number, number]>} */
export const PAPERS = { A4: [210, 297], A3: [297, 420], A2: [420, 594], A1: [594, 841], A0: [841, 1189] };

/** White margin at each edge, in millimetres; see @page in poster.css. */
const EDGE = 12;

/** CSS pixels per millimetre. */
const DOTS = 96 / 25.4;

/** Tries a copy of the sheet on the paper, and returns the metres, to a tenth, from which
 * all its codes can be read while every line still fits.
 * @param {string} name @param {HTMLElement} sheet */
export function reachOn(name, sheet) {
  const [width, height] = PAPERS[name];
  const paper = document.createElement('div');
  const copy = /** @type {HTMLElement} */ (sheet.cloneNode(true));
  paper.className = 'paper';
  paper.setAttribute('aria-hidden', 'true');
  const [wide, high] = [width, height].map((side) => (side - 2 * EDGE) * DOTS);
  paper.style.width = `${wide}px`;
  paper.style.height = `${high}px`;
  copy.style.setProperty('--min', `${Math.min(wide, high) / 100}px`);
  copy.style.setProperty('--wide', `${wide}px`);
  copy.removeAttribute('id');
  for (const part of copy.querySelectorAll('[id]')) part.removeAttribute('id');
  paper.append(copy);
  document.body.append(paper);
  const codes = /** @type {HTMLElement[]} */ ([...copy.querySelectorAll('.code')]);
  const fits = (/** @type {number} */ metres) => {
    const sides = codes.map((code) => sideFor(metres, Number(code.dataset.modules)) * 1000 * DOTS);
    codes.forEach((code, i) => code.style.setProperty('--side', `${sides[i]}px`));
    return copy.scrollHeight <= copy.clientHeight + 1 && copy.scrollWidth <= copy.clientWidth + 1
      && codes.every((code, i) => Math.min(code.offsetWidth, code.offsetHeight) >= sides[i] - 1);
  };
  let tenths = 0;
  for (let step = 64; step >= 1; step /= 2) if (fits((tenths + step) / 10)) tenths += step;
  paper.remove();
  return tenths / 10;
}
