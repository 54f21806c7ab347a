// Shrinks a photo in the browser, before it goes over a phone's connection. The server
// processes it again.

import { atMachine, machineTicket } from '../shared/machine.js';

/** px of the longer side. */
const SIDE = 1600;

/** The largest upload; the server accepts as much. */
const MOST = 4 << 20;

/** A picture that this browser cannot read, or that is too large. */
export class PhotoFault extends Error {
  /** @param {string} code as on the server */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Whether it has the format of iPhones that other systems cannot read. @param {{name: string, type: string}} file */
export const isHeic = ({ name, type }) => /hei[cf]/i.test(type) || /\.hei[cf]$/i.test(name);

/** Width and height at which a photo is sent. @param {number} w @param {number} h */
export function fitted(w, h) {
  const scale = Math.min(1, SIDE / Math.max(w, h));
  return { width: Math.max(1, Math.round(w * scale)), height: Math.max(1, Math.round(h * scale)) };
}

/** Reads a file as an upright picture. @param {File} file @returns {Promise<HTMLImageElement>} */
function read(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    const fault = () => failed(new PhotoFault(isHeic(file) ? 'photo_heic' : 'photo_kind'));
    reader.onerror = fault;
    reader.onload = () => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = fault;
      image.src = String(reader.result);
    };
    reader.readAsDataURL(file);
  });
}

/**
 * The photo for the upload, and as a canvas for the preview.
 * @param {File} file @returns {Promise<{canvas: HTMLCanvasElement, blob: Blob}>}
 */
export async function shrunk(file) {
  const image = await read(file);
  const { width, height } = fitted(image.naturalWidth, image.naturalHeight);
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const brush = canvas.getContext('2d');
  if (!brush) throw new PhotoFault('photo_kind');
  brush.drawImage(image, 0, 0, width, height);
  const blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', 0.85); });
  if (!blob) throw new PhotoFault('photo_kind');
  if (blob.size > MOST) throw new PhotoFault('photo_bytes');
  return { canvas, blob };
}

/**
 * Uploads it, and reports the progress.
 * @param {string} path @param {Blob} blob @param {string} token the identity, if cookies are blocked
 * @param {(share: number) => void} progress 0 to 1
 * @returns {Promise<any>} the server's answer; null without one
 */
export function upload(path, blob, token, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('POST', atMachine(path));
    request.setRequestHeader('Content-Type', 'image/jpeg');
    request.setRequestHeader('X-Requested-With', 'danmaku');
    const who = token || machineTicket();
    if (who) request.setRequestHeader('X-Danmaku-Identity', who);
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      try {
        done(JSON.parse(request.responseText));
      } catch {
        done(null);
      }
    };
    request.onerror = () => done(null);
    request.send(blob);
  });
}
