// When the overlay draws: while the browser and OBS show the page, and the people who run the
// room do not hide it. While hidden it keeps its state, so that it can continue at any moment.

export class Seen {
  #stage; #drawing;
  #obs = true; #hidden = false;

  /**
   * @param {{setHidden: (hidden: boolean) => void}} stage
   * @param {{see: (visible: boolean) => void}} drawing reports to the server
   */
  constructor(stage, drawing) {
    this.#stage = stage;
    this.#drawing = drawing;
    document.addEventListener('visibilitychange', () => this.#look());
    this.#look();
  }

  /** Whether OBS shows the source. @param {boolean} shown */
  obs(shown) {
    this.#obs = shown;
    this.#look();
  }

  /** Whether the room's moderators hide the overlay. @param {boolean} [now] undefined: unchanged */
  hide(now = this.#hidden) {
    document.body.style.visibility = (this.#hidden = now) ? 'hidden' : '';
    this.#look();
  }

  #look() {
    const hidden = document.hidden || !this.#obs || this.#hidden;
    this.#stage.setHidden(hidden);
    this.#drawing.see(!hidden);
  }
}
