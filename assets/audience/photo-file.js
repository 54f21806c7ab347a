// A photo made small in the browser, before it goes over a phone's line. What the server
// makes of it is its own affair.

/** px of the longer side. */
const SIDE = 1600;

/** What is sent must not be larger; the server takes as much. */
const MOST = 4 << 20;

/** A picture that this browser cannot read, or that is too large. */
export class PhotoFault extends Error {
  /** @param {string} code as the server has it */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Whether it is of the kind that iPhones make and others cannot read. @param {{name: string, type: string}} file */
export const isHeic = ({ name, type }) => /hei[cf]/i.test(type) || /\.hei[cf]$/i.test(name);

/** Width and height at which a photo is sent. @param {number} w @param {number} h */
export function fitted(w, h) {
  const scale = Math.min(1, SIDE / Math.max(w, h));
  return { width: Math.max(1, Math.round(w * scale)), height: Math.max(1, Math.round(h * scale)) };
}

/** The file as a picture that stands upright. @param {File} file @returns {Promise<HTMLImageElement>} */
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
 * The photo as it is sent, and as a canvas to look at.
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
 * Sends it, and says how far it has got.
 * @param {string} path @param {Blob} blob @param {string} token who this is, where cookies are blocked
 * @param {(share: number) => void} progress 0 to 1
 * @returns {Promise<any>} the server's answer; null where there was none
 */
export function upload(path, blob, token, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Content-Type', 'image/jpeg');
    request.setRequestHeader('X-Requested-With', 'danmaku');
    if (token) request.setRequestHeader('X-Danmaku-Identity', token);
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
