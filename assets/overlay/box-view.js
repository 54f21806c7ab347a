// Draws the chat box: lines in a list, each made by a form. A line that goes fades and
// is then out of the page; what is out of the page is kept nowhere.

/** @typedef {import('./box.js').Line} Line */
/**
 * @typedef {import('./view.js').Style & {avatars: boolean, lang: string}} Style
 *
 * @typedef {object} Form how a list and its lines look in the page
 * @property {boolean} newestFirst the newest line is the first of the page, else the last
 * @property {() => {root: Element, lines: Element}} frame the list, and where lines go in it
 * @property {(line: Line, style: Style, node: Element|null) => Element} write the line's element, anew or as it has changed
 */

/** ms in which a line fades that is taken down, and one whose time is over. */
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

  /** Writes a line anew; it has its place already. @param {Line} line */
  write(line) {
    if (!this.#form) return;
    const before = line.view;
    const { parentNode } = before;
    line.view = this.#form.write(line, this.#style, parentNode === this.#lines ? before : null);
    if (parentNode !== this.#lines) this.#put(line.view); // the list has another form now
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
    setTimeout(() => node.remove(), FADE[why] + 100); // a page that gets no frames finishes nothing
  }

  /** @param {Element} node becomes the newest */
  #put(node) {
    if (this.#form?.newestFirst) this.#lines?.prepend(node);
    else this.#lines?.append(node);
  }

  /** Whether the browser can fade it. @param {Element} node */
  #out(node) { return !node.isConnected || typeof node.animate !== 'function'; }
}
