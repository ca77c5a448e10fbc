// Decodes frames off the page's thread: a module worker that is handed a buffer and answers with what
// is in it.

import { decodeHere } from "./frame-queue.js";

addEventListener("message", async ({ data: buffer }) => {
  const decoded = await decodeHere(buffer);
  postMessage(decoded, { transfer: decoded.ok ? [decoded.value.planes.buffer] : [] });
});
