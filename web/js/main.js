// Wires the page: the state, what is kept in the browser, the server, the view.

import { Store } from "./state/store.js";
import { buildPage } from "./view/page.js";

const store = new Store();
buildPage(store);
