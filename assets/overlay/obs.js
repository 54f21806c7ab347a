// OBS's events for a browser source (obs-browser's window events), for the stage and for the
// server: a recording's start is the natural zero of an export.

/** @type {Record<string, string>} */
const ACTS = {
  obsStreamingStarted: 'stream_start', obsStreamingStopped: 'stream_stop',
  obsRecordingStarted: 'record_start', obsRecordingStopped: 'record_stop',
  obsRecordingPaused: 'record_pause', obsRecordingUnpaused: 'record_resume',
};

/** The most events stored while the server cannot be reached. */
const MAX_PENDING = 8;

export class Obs {
  #send;
  /** @type {{event: string, at: number, since: number}[]} since is monotonic: it does not move when the clock is set */ #pending = [];

  /**
   * @param {EventTarget & {obsstudio?: {getStatus?: (fn: (status: {recording?: boolean, recordingPaused?: boolean}) => void) => void}}} target
   *   the window
   * @param {{send: (frame: object) => boolean, visible: (shown: boolean) => void}} to
   */
  constructor(target, { send, visible }) {
    this.#send = send;
    for (const [name, event] of Object.entries(ACTS)) {
      target.addEventListener(name, () => this.#note(event));
    }
    // A page that was unloaded with its scene has missed a pause or its end. To repeat a known
    // state changes nothing.
    target.obsstudio?.getStatus?.(({ recording, recordingPaused }) => {
      if (recording) this.#note(recordingPaused ? 'record_pause' : 'record_resume');
    });
    target.addEventListener('obsSourceVisibleChanged', (event) => {
      visible(/** @type {CustomEvent} */ (event).detail?.visible !== false);
    });
  }

  /** @param {string} event */
  #note(event) {
    this.#pending.push({ event, at: Date.now(), since: performance.now() });
    this.#pending.splice(0, this.#pending.length - MAX_PENDING);
    this.flush();
  }

  /** Sends the server the events that it has missed, with their age: its clock may differ. */
  flush() {
    while (this.#pending.length > 0) {
      const [{ event, at, since }] = this.#pending;
      if (!this.#send({ type: 'obs', event, at, ago: Math.floor(performance.now() - since) })) return;
      this.#pending.shift();
    }
  }
}
