// Numbers over time for a small chart: bounded, with even steps. When it is
// full, neighbours become one, so that an evening fits as well as a minute.

export class Series {
  /** @type {{sum: number, count: number}[]} */ #points = [];
  #most; #step = 1;

  /** @param {number} [most] points, an even number */
  constructor(most = 120) { this.#most = most; }

  /** @param {number} value */
  add(value) {
    const last = this.#points.at(-1);
    if (last && last.count < this.#step) {
      last.sum += value;
      last.count++;
      return;
    }
    if (this.#points.length === this.#most) this.#halve();
    this.#points.push({ sum: value, count: 1 });
  }

  #halve() {
    /** @type {{sum: number, count: number}[]} */ const half = [];
    for (let i = 0; i < this.#points.length; i += 2) {
      const [a, b] = [this.#points[i], this.#points[i + 1]];
      half.push(b ? { sum: a.sum + b.sum, count: a.count + b.count } : a);
    }
    this.#points = half;
    this.#step *= 2;
  }

  /** The mean of each step, oldest first. */
  get values() { return this.#points.map((p) => p.sum / p.count); }
}

/**
 * Path data of a line through the values in a box, and of the area under it.
 * @param {readonly number[]} values @param {number} width @param {number} height
 */
export function chart(values, width, height) {
  if (values.length < 2) return { stroke: '', area: '' };
  const top = Math.max(1, ...values);
  const points = values.map((v, i) => `${round((i / (values.length - 1)) * width)} ${round(height - 2 - (v / top) * (height - 6))}`);
  const stroke = `M${points.join('L')}`;
  return { stroke, area: `${stroke}V${height}H0Z` };
}

/** @param {number} n */
const round = (n) => Math.round(n * 100) / 100;
