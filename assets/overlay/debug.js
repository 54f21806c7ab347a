// debug=1: the lanes, the comments in them, the counters, and the connection. For building or
// tuning an overlay, never on air.

export class Debug {
  #root; #stage; #server;
  /** @type {HTMLElement|null} */ #box = null;

  /** @param {HTMLElement} root the stage's element @param {import('./stage.js').Stage} stage
   * @param {() => string} server the state of the connection */
  constructor(root, stage, server) {
    this.#root = root;
    this.#stage = stage;
    this.#server = server;
  }

  /** @param {boolean} on */
  set(on) {
    if (!on) {
      this.#box?.remove();
      this.#box = null;
    } else if (!this.#box) {
      this.#box = document.createElement('div');
      this.#box.className = 'dm-debug';
      this.#root.append(this.#box);
    }
    this.draw();
  }

  draw() {
    if (!this.#box) return;
    const { lanes, pitch, top, width, height } = this.#stage.layout();
    const rows = lanes.map((kind, i) => {
      const row = document.createElement('div');
      row.className = 'dm-debug-lane';
      row.style.top = `${top + i * pitch}px`;
      row.style.height = `${pitch}px`;
      row.textContent = `${i} ${kind}`;
      return row;
    });
    const { dropped, ...counts } = this.#stage.stats();
    const words = Object.entries({ server: this.#server(), ...counts, full: dropped.full, late: dropped.late, width, height, pitch });
    const text = document.createElement('div');
    text.className = 'dm-debug-counts';
    text.textContent = words.map(([name, value]) => `${name} ${value}`).join('\n');
    this.#box.replaceChildren(...rows, text);
  }
}
