// Wires the page: what is kept in the browser, the state, the view, the server.

import { keepStored, openStorage, readStored } from "./state/persistence.js";
import { Store } from "./state/store.js";
import { startSession } from "./transport/start.js";
import { buildPage } from "./view/page.js";

const storage = openStorage(window);
const { stored, problems } = readStored(storage);
const store = new Store(stored);
buildPage(store);
keepStored(store, storage, window);
if (problems.length > 0) store.notify("error", problems.join(". "));
startSession(store, window);
