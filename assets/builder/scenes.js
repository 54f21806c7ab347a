// The background of the preview: a picture of a game, drawn here, by night, by day, or moving
// from one to the other like a stream.

/** @typedef {'dark'|'light'|'moving'} Scene */

/** Pixels of the picture; the page scales it. */
const WIDTH = 960, HEIGHT = 540;

/** ms for a day and a night. */
const DAY = 16_000;

/** ms between two frames: half of a screen's rate is enough to judge by. */
const FRAME = 33;

const NIGHT = { high: '#141a38', low: '#2b4a72', far: '#1f3a5c', near: '#14263f', ground: '#0d1828', stone: '#0a1220', orb: '#f6e7c1' };
/** @type {typeof NIGHT} */
const NOON = { high: '#7fc4f2', low: '#eaf6fb', far: '#b9d4df', near: '#dfeaf0', ground: '#f4f8fa', stone: '#9db3bd', orb: '#fff6cf' };

/** @param {string} a @param {string} b both #rrggbb @param {number} share of b */
function mix(a, b, share) {
  const [x, y] = [a, b].map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
  return `rgb(${x.map((v, i) => Math.round(v + (y[i] - v) * share)).join(' ')})`;
}

/** The height of a ridge of hills, always the same at a position. @param {number} x @param {number} seed */
const ridge = (x, seed) => Math.sin(x * 0.011 + seed) * 34 + Math.sin(x * 0.027 + seed * 2.3) * 17 + Math.sin(x * 0.067 + seed * 5.1) * 6;

/** @param {CanvasRenderingContext2D} c @param {string} fill @param {number} base @param {number} shift @param {number} seed @param {number} tall */
function hills(c, fill, base, shift, seed, tall) {
  c.fillStyle = fill;
  c.beginPath();
  c.moveTo(0, HEIGHT);
  for (let x = 0; x <= WIDTH; x += 8) c.lineTo(x, base - ridge(x + shift, seed) * tall);
  c.lineTo(WIDTH, HEIGHT);
  c.fill();
}

/**
 * One picture.
 * @param {CanvasRenderingContext2D} c
 * @param {number} day 0 night to 1 noon
 * @param {number} shift pixels that the land has moved
 */
export function draw(c, day, shift) {
  const color = Object.fromEntries(Object.keys(NIGHT).map((k) => [k, mix(NIGHT[/** @type {keyof typeof NIGHT} */ (k)], NOON[/** @type {keyof typeof NIGHT} */ (k)], day)]));
  const sky = c.createLinearGradient(0, 0, 0, HEIGHT * 0.7);
  sky.addColorStop(0, color.high);
  sky.addColorStop(1, color.low);
  c.fillStyle = sky;
  c.fillRect(0, 0, WIDTH, HEIGHT);
  c.fillStyle = '#fff';
  c.globalAlpha = 1 - day;
  for (let i = 0; i < 70; i++) c.fillRect((i * 379) % WIDTH, (i * i * 37) % 260, 1 + (i % 2), 1 + (i % 2));
  c.globalAlpha = 1;
  c.fillStyle = color.orb;
  c.beginPath();
  c.arc(690, 130 - 40 * day, 62, 0, 7);
  c.fill();
  c.globalAlpha = 0.85 * day;
  c.fillStyle = '#fff';
  for (let i = 0; i < 4; i++) {
    const x = ((i * 331 - shift * 0.12) % (WIDTH + 260) + WIDTH + 260) % (WIDTH + 260) - 200;
    for (let part = 0; part < 4; part++) {
      c.beginPath();
      c.ellipse(x + part * 34, 90 + i * 38 - (part % 2) * 12, 44, 17, 0, 0, 7);
      c.fill();
    }
  }
  c.globalAlpha = 1;
  hills(c, color.far, 330, shift * 0.25, 1.7, 1.5);
  hills(c, color.near, 400, shift * 0.5, 4.2, 1);
  towers(c, color.stone, day, shift);
  c.fillStyle = color.ground;
  c.fillRect(0, 462, WIDTH, HEIGHT);
  c.fillStyle = color.stone;
  for (let x = -(shift % 48); x < WIDTH; x += 48) c.fillRect(x, 440, 6, 24);
  c.fillRect(0, 440, WIDTH, 5);
  person(c, mix('#05080f', '#27384a', day));
  gauges(c);
}

/** @param {CanvasRenderingContext2D} c @param {string} stone @param {number} day @param {number} shift */
function towers(c, stone, day, shift) {
  for (let i = 0; i < 3; i++) {
    const x = ((i * 520 - shift * 0.8) % 1560 + 1560) % 1560 - 200;
    const tall = 150 + i * 46;
    c.fillStyle = stone;
    c.fillRect(x, 462 - tall, 92, tall);
    c.beginPath();
    c.moveTo(x - 10, 462 - tall);
    c.lineTo(x + 46, 396 - tall);
    c.lineTo(x + 102, 462 - tall);
    c.fill();
    c.fillStyle = day < 0.6 ? '#ffb454' : '#41586a';
    for (let w = 0; w < 3; w++) c.fillRect(x + 22 + (w % 2) * 34, 492 - tall + w * 42, 12, 20);
  }
}

/** @param {CanvasRenderingContext2D} c @param {string} fill */
function person(c, fill) {
  c.fillStyle = fill;
  c.beginPath();
  c.arc(286, 378, 13, 0, 7);
  c.fill();
  c.beginPath();
  c.moveTo(270, 394);
  c.lineTo(304, 394);
  c.lineTo(312, 440);
  c.lineTo(258, 440);
  c.fill();
  c.fillRect(302, 398, 44, 6);
}

/** @param {CanvasRenderingContext2D} c */
function gauges(c) {
  c.fillStyle = '#0a0f1acc';
  c.fillRect(28, 488, 250, 30);
  c.fillStyle = '#d0453b';
  c.fillRect(34, 494, 176, 8);
  c.fillStyle = '#4fae62';
  c.fillRect(34, 506, 118, 6);
  c.fillStyle = '#0a0f1acc';
  c.beginPath();
  c.arc(898, 478, 42, 0, 7);
  c.fill();
  c.strokeStyle = '#fffffff0';
  c.lineWidth = 2;
  c.stroke();
  c.beginPath();
  c.moveTo(872, 486);
  c.lineTo(892, 468);
  c.lineTo(904, 482);
  c.lineTo(922, 462);
  c.stroke();
}

/** The background of the preview. */
export class Backdrop {
  #context;
  /** @type {Scene} */ #scene = 'dark';
  #paused = false;
  #clock = 0; // ms for which the moving picture has run
  #last = 0;
  #frame = 0;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { alpha: false }));
    this.#paint();
  }

  /** @param {Scene} scene */
  show(scene) {
    this.#scene = scene;
    this.#go();
  }

  /** @param {boolean} on */
  pause(on) {
    this.#paused = on;
    this.#go();
  }

  #go() {
    cancelAnimationFrame(this.#frame);
    this.#paint();
    if (this.#scene !== 'moving' || this.#paused) return;
    this.#last = performance.now();
    const step = (/** @type {number} */ now) => {
      if (now - this.#last >= FRAME) {
        this.#clock += Math.min(now - this.#last, 200); // a hidden tab does not leap
        this.#last = now;
        this.#paint();
      }
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  #paint() {
    const moving = this.#scene === 'moving';
    const day = moving ? (1 - Math.cos((this.#clock / DAY) * 2 * Math.PI)) / 2 : this.#scene === 'light' ? 1 : 0;
    draw(this.#context, day, 420 + (moving ? this.#clock * 0.09 : 0));
  }
}
