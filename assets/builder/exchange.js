// Import and export of files.

import { el, invalid } from '../shared/dom.js';
import { ofText, toFile } from './file.js';

/** More bytes than any file of ours. */
const MOST = 200_000;

export class Exchange {
  #style; #t; #say; #panel; #field; #file; #faults;

  /**
   * @param {{style: import('./style.js').Style, t: (key: string, params?: Record<string, string|number>) => string, say: import('./presets-panel.js').Say}} host
   * @param {{panel: HTMLFormElement, field: HTMLTextAreaElement, file: HTMLInputElement, faults: HTMLElement, cancel: HTMLElement}} page
   */
  constructor({ style, t, say }, { panel, field, file, faults, cancel }) {
    this.#style = style;
    this.#t = t;
    this.#say = say;
    this.#panel = panel;
    this.#field = field;
    this.#file = file;
    this.#faults = faults;
    panel.addEventListener('submit', (event) => { event.preventDefault(); this.#take(field.value); });
    file.addEventListener('change', () => void this.#read());
    cancel.addEventListener('click', () => this.#close());
    panel.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.#close(); });
  }

  open() {
    this.#panel.hidden = false;
    this.#field.focus();
  }

  #close() {
    this.#panel.hidden = true;
    this.#field.value = '';
    this.#showFaults([]);
  }

  async #read() {
    const [chosen] = this.#file.files ?? [];
    if (!chosen) return;
    const text = chosen.size > MOST ? '' : await chosen.text();
    this.#file.value = ''; // the same file may be chosen again once it is repaired
    if (chosen.size > MOST) return this.#showFaults([{ key: 'import_other', params: {} }]);
    this.#field.value = text;
    this.#take(text);
  }

  /** @param {string} text */
  #take(text) {
    const { look, faults } = ofText(text);
    if (faults.length > 0) return this.#showFaults(faults);
    this.#close();
    this.#style.replace(look);
    this.#say(this.#t('imported'), () => this.#style.undo());
  }

  /** @param {import('./file.js').Fault[]} faults */
  #showFaults(faults) {
    this.#faults.hidden = faults.length === 0;
    this.#faults.replaceChildren(...faults.map(({ key, params }) => el('li', {}, this.#t(key, params))));
    invalid(this.#field, faults.length > 0);
  }

  /** @param {string} name of the file */
  save(name) {
    const address = URL.createObjectURL(new Blob([toFile(this.#style)], { type: 'application/json' }));
    const link = el('a', { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    this.#say(this.#t('exported', { name }));
  }
}
