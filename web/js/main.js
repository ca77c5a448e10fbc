// Wires the page: what is kept in the browser, the state, the view, the server.

import { Store } from "./state/store.js";
import { openPlaces, readStored } from "./storage/stored.js";
import { keepStored } from "./storage/writing.js";
import { requestModel } from "./transport/model.js";
import { startConnection } from "./transport/start.js";
import { buildPage } from "./view/page.js";
import { message } from "./words/message.js";

const places = openPlaces(window);
const { stored, problems } = readStored(places);
const store = new Store(stored);
buildPage(store, {
  requestModel: (format, session) => requestModel(format, session, document.baseURI),
  reload: () => location.reload(),
});
keepStored(store, places, window, navigator.locks);
if (problems.length > 0) store.notify("error", message("verbatim", { text: problems.join(". ") }));
startConnection(store, window);
// Only now is there something to see (css/base.css): nothing looks as if it worked before it does.
document.body.dataset.ready = "true";
