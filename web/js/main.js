// Wires the page: what is kept in the browser, the state, the view, the server.

import { keepStored } from "./state/keeping.js";
import { hasOwnWork, openPlaces, readStored } from "./state/persistence.js";
import { Store } from "./state/store.js";
import { startConnection } from "./transport/start.js";
import { buildPage } from "./view/page.js";

const places = openPlaces(window);
const { stored, problems } = readStored(hasOwnWork(places.own) ? places.own : places.shared);
const store = new Store(stored);
buildPage(store);
keepStored(store, places, window, navigator.locks);
if (problems.length > 0) store.notify("error", problems.join(". "));
startConnection(store, window);
