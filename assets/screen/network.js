// Keeps the Wi-Fi on the card current while the screen is open. Events carry neither name nor
// password, so the page loads itself again now and then, and takes over the part that the
// server writes about the network.

/** ms between two checks. */
const POLL_EVERY = 30_000;

/** The network on a page: its part of the card, and the text below the
 * address if there is none. @param {Document} page */
const said = (page) => [page.getElementById('network'), page.querySelector('#card .part:last-child .hint')];

/** The text to compare. @param {Element|null} part */
const contentOf = (part) => (part ? `${part.textContent}${part.querySelector('img')?.src ?? ''}` : '');

export class Network {
  #changed;

  /** @param {() => void} changed the card shows another network or none */
  constructor(changed) {
    this.#changed = changed;
    setInterval(() => { if (!document.hidden) this.#look(); }, POLL_EVERY);
  }

  /** Its part of the card; null if there is none. */
  get part() { return document.getElementById('network'); }

  /** Without a connection, or with a key that is no longer valid, everything stays as it is. */
  #look() {
    const request = new XMLHttpRequest();
    request.open('GET', location.href);
    request.responseType = 'document';
    request.onload = () => { if (request.status === 200 && request.response?.getElementById('card')) this.#take(request.response); };
    request.send();
  }

  /** @param {Document} page as the server writes it now */
  #take(page) {
    const [part, hint] = said(page), [old, note] = said(document);
    if (contentOf(part) === contentOf(old) && contentOf(hint) === contentOf(note)) return;
    old?.remove();
    note?.remove();
    if (part) {
      const code = part.querySelector('img');
      code?.addEventListener('load', this.#changed);
      document.querySelector('#card .part')?.before(part);
    }
    if (hint) document.querySelector('#card .part:last-child .words')?.append(hint);
    this.#changed();
  }
}
