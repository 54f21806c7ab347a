// Builds pages without parsing HTML: text stays text, whatever it contains.

const SPRITE = new URL('./icons.svg', import.meta.url).href;
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Creates an element. Props: `class`, `dataset`, `on…` listeners, `aria-…` and other
 * attributes; false, null and undefined omit one, true sets it empty.
 * Styles and markup cannot be set here on purpose.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [props]
 * @param {...(Node|string|number|null|undefined|false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(node.dataset, value);
    else if (name === 'style' || name === 'srcdoc') throw new Error(`el: ${name} is not for this function`);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) node.append(typeof child === 'number' ? String(child) : child);
  }
  return node;
}

/**
 * A picture of the sprite, hidden from screen readers: words beside it say the same.
 * @param {string} name
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${SPRITE}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Text that a person wrote, in its own direction.
 * @param {string} text
 */
export function said(text) {
  const bdi = el('bdi', { dir: 'auto' });
  bdi.textContent = text;
  return bdi;
}

/**
 * The element with this id; throws if the page lacks it.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return /** @type {T} */ (node);
}

/**
 * Tells screen readers and the style whether the content of a field is
 * invalid.
 * @param {HTMLElement} field
 * @param {boolean} bad
 */
export function invalid(field, bad) {
  if (bad) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
}
