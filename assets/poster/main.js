// Prints the poster, and says for each paper from how far away its codes can be
// read.

import { byId } from '../shared/dom.js';
import { countLetters } from '../shared/letters.js';
import { PAPERS, reachOn } from './paper.js';
import { sideFor } from '../shared/code-size.js';

const query = new URLSearchParams(location.search);
const distance = /** @type {HTMLSelectElement} */ (byId('distance'));
const fits = byId('fits');
const sheet = byId('sheet');
const { color = '' } = sheet.dataset;
const inWords = (/** @type {number} */ n) => new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(n);

/** Reading distance in metres on each paper. @type {[string, number][]} */
let reach = [];

function size() {
  const metres = Number(distance.value);
  document.documentElement.toggleAttribute('data-measured', metres > 0);
  for (const code of /** @type {NodeListOf<HTMLElement>} */ (sheet.querySelectorAll('.code'))) {
    const side = sideFor(metres, Number(code.dataset.modules));
    if (metres > 0) code.style.setProperty('--side', `${(side * 100).toFixed(2)}cm`);
    else code.style.removeProperty('--side');
  }
}

function showReach() {
  const metres = Number(distance.value);
  const all = reach.slice(0, 3).map(([name, far]) => `${name} ${inWords(far)} m`).join(' · ');
  const paper = reach.find(([, far]) => far >= metres)?.[0];
  const { reach: words = '', wants = '', none = '' } = fits.dataset;
  const wanted = paper ? wants : none;
  fits.textContent = metres > 0 ? wanted.replace('{cm}', inWords(metres * 10)).replace('{paper}', paper ?? '').replace('{reach}', all) : words.replace('{reach}', all);
  fits.classList.toggle('warn', metres > 0 && paper !== 'A4');
}

/** Tries on the sheet itself what fits: its title, languages and pictures. */
function measure() {
  reach = Object.keys(PAPERS).map((name) => [name, reachOn(name, sheet)]);
  showReach();
}

/** A title with more characters takes three lines in the largest letters. */
const LONG = 24;
sheet.classList.toggle('full', sheet.querySelector('.network') !== null || [...sheet.querySelector('h1')?.textContent ?? ''].length > LONG);
if (/^#[0-9a-f]{6}$/.test(color)) {
  sheet.classList.add('branded');
  sheet.style.setProperty('--room', color);
}
const banner = /** @type {HTMLImageElement|null} */ (document.getElementById('banner'));
banner?.addEventListener('error', (event) => /** @type {Element} */ (event.target).remove()); // it has been replaced
countLetters(byId('address'));
distance.value = query.get('distance') ?? '';
if (distance.selectedIndex < 0) distance.value = '';
size();
distance.addEventListener('change', () => {
  if (distance.value) query.set('distance', distance.value);
  else query.delete('distance');
  history.replaceState(null, '', `${query}` ? `?${query}` : location.pathname);
  size();
  showReach();
});
byId('bar').addEventListener('submit', (event) => event.preventDefault());
byId('print').addEventListener('click', () => print());
void banner?.decode().then(() => banner.classList.toggle('logo', banner.naturalWidth < 2 * banner.naturalHeight)).catch(() => {});
const loaded = () => Promise.all([document.fonts.ready, ...[...document.images].map((image) => image.decode().catch(() => {}))]);
void loaded().then(measure);
