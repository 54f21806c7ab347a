// Draws the chat box: lines in a list, each made by a form. A line fades when it leaves and is
// then removed from the page; removed lines are not kept anywhere.

/** @typedef {import('./box.js').Line} Line */
/**
 * @typedef {import('./view.js').Style & {avatars: boolean, lang: string}} Style
 *
 * @typedef {object} Form how a list and its lines are built
 * @property {boolean} newestFirst whether the newest line comes first in the page, otherwise last
 * @property {() => {root: Element, lines: Element}} frame the list, and the element for its lines
 * @property {(line: Line, style: Style, node: Element|null) => Element} write creates or updates the line's element
 */

/** ms in which a removed line fades, and one whose time is over. */
const FADE = { taken: 120, old: 400 };

export class BoxView {
  #root;
  /** @type {Form|null} */ #form = null;
  /** @type {Element|null} */ #lines = null;
  /** @type {Style} */ #style = { names: true, avatars: false, lang: '', labels: { owner: '', moderator: '', member: '' } };

  /** @param {HTMLElement} root */
  constructor(root) { this.#root = root; }

  /** @param {Form} form @param {Style} style */
  restyle(form, style) {
    this.#style = style;
    if (form === this.#form) return;
    this.#form = form;
    const { root, lines } = form.frame();
    this.#lines = lines;
    this.#root.replaceChildren(root);
  }

  /** @param {Line} line becomes the newest of the list */
  add(line) {
    if (!this.#form) return;
    line.view = this.#form.write(line, this.#style, null);
    this.#put(line.view);
  }

  /** Redraws a line in its place. @param {Line} line */
  write(line) {
    if (!this.#form) return;
    const before = line.view;
    const { parentNode } = before;
    line.view = this.#form.write(line, this.#style, parentNode === this.#lines ? before : null);
    if (parentNode !== this.#lines) this.#put(line.view); // the form of the list has changed
    else if (line.view !== before) parentNode?.replaceChild(line.view, before);
  }

  /** @param {Line} line @param {'taken'|'old'|'full'} why */
  drop(line, why) {
    const node = /** @type {HTMLElement} */ (line.view);
    line.view = null;
    if (why === 'full' || document.hidden || this.#out(node)) return node.remove();
    node.setAttribute('data-leaving', '');
    const fade = node.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE[why], fill: 'forwards' });
    fade.onfinish = fade.oncancel = () => node.remove();
    setTimeout(() => node.remove(), FADE[why] + 100); // a page without frames finishes no animation
  }

  /** @param {Element} node becomes the newest */
  #put(node) {
    if (this.#form?.newestFirst) this.#lines?.prepend(node);
    else this.#lines?.append(node);
  }

  /** Whether the browser can fade it. @param {Element} node */
  #out(node) { return !node.isConnected || typeof node.animate !== 'function'; }
}
