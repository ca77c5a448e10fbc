// Everything a person reads on the page, in English, by key: a text, or a function that puts values
// into one. `label.*` names a control (the guide explains each), `tip.*` explains it in a sentence,
// `command.*` says what a button or key does, `notice.*` what the page says by itself.
//
// The page's title and description stand in index.html, which is read without running it.

import { formatCount, formatStep } from "./numbers.js";

/** @param {{ count: number }} values */
const points = ({ count }) => (count === 1 ? "1 point" : `${formatCount(count)} points`);

const ACTIVATIONS = Object.freeze({ tanh: "Tanh", relu: "ReLU", leaky_relu: "Leaky ReLU", gelu: "GELU" });
const OPTIMIZERS = Object.freeze({ sgd: "SGD", adam: "Adam", rmsprop: "RMSProp" });

/** @typedef {{ layers: readonly number[], activation: keyof typeof ACTIVATIONS, dropout: number }} NetworkWords */

/** @param {NetworkWords} network */
const network = ({ layers, activation, dropout }) => {
  const hidden = layers.length === 0 ? "no hidden layers" : layers.join("-");
  const without = `${hidden}, ${ACTIVATIONS[activation]}`;
  return dropout === 0 ? without : `${without}, dropout ${dropout}`;
};

export const EN = Object.freeze({
  // What others said, such as the server.
  verbatim: (/** @type {{ text: string }} */ { text }) => text,

  // --- header and footer --------------------------------------------------------------
  "page.skip": "Skip to the canvas",
  "page.tagline": "Draw points and watch a neural network learn",
  "page.project": "Project on GitHub",
  "page.credit": "Original by Jan Švec, Department of Cybernetics, University of West Bohemia",
  "page.close": "Close",
  // Each a line on a phone.
  "howTo.draw": "Draw points, or pick a data set.",
  "howTo.train": "Press **Train** and watch the background bend.",
  "howTo.pause": "**Pause**, add or erase points, and train on.",
  "howTo.layers": "Give the network more **hidden layers**, or fewer.",
  "howTo.history": "Drag **History** back to see how it learned.",
  "howTo.close": "Close “How it works”",

  // Read out where a finger finds a question mark.
  "help.about": (/** @type {{ label: string }} */ { label }) => `What is this: ${label}`,

  // --- panels -------------------------------------------------------------------------
  "panel.data": "Training data",
  "panel.training": "Training & history",
  "panel.advanced": "Advanced training settings",
  "panel.files": "Save & open",
  "panel.display": "Display",
  "panel.notices": "Notices",
  "panel.presentation": "Presentation",
  "panel.curves": "Learning curves",

  // --- data ---------------------------------------------------------------------------
  "data.tools": "What the canvas does: draw a class, or erase",
  "data.edits": "Edit the data",
  "data.count": (/** @type {{ count: number }} */ { count }) => (count === 0 ? "No points yet" : points({ count })),
  "label.dataSets": "Data sets",
  "label.classes": "Classes",
  "tip.dataSets": "Ready-made points. A set replaces your points and starts a new network; Undo brings them back.",
  "tip.classes": "A class is a kind of point, shown as a colour. The network learns to tell the classes apart.",
  "label.circles": "Circles",
  "label.moons": "Moons",
  "label.blobs": "Blobs",
  "label.anisotropic": "Stretched",
  "label.varied_variance": "Varied",
  "tip.circles": "Circles inside each other: no straight line can separate them.",
  "tip.moons": "Half circles that reach into each other.",
  "tip.blobs": "Round clouds of points, all about the same size.",
  "tip.anisotropic": "Clouds stretched along a line instead of round (anisotropic).",
  "tip.varied_variance": "Clouds of different width (variance): some tight, some wide.",

  "color.petroff.0": "blue",
  "color.petroff.1": "orange",
  "color.petroff.2": "red",
  "color.petroff.3": "grey",
  "color.petroff.4": "purple",
  "color.petroff.5": "brown",
  "color.petroff.6": "rust",
  "color.petroff.7": "khaki",
  "color.classic.0": "blue",
  "color.classic.1": "orange",
  "color.classic.2": "red",
  "color.classic.3": "purple",
  "color.classic.4": "green",
  "color.classic.5": "yellow",
  "color.classic.6": "brown",
  "color.classic.7": "navy",

  // --- training -----------------------------------------------------------------------
  "label.step": "Step",
  "label.loss": "Loss",
  "label.accuracy": "Accuracy",
  "label.rate": "Steps/s",
  "label.history": "History",
  "tip.step": "How often the weights have been changed so far. An epoch is once through all points.",
  "tip.loss": "How wrong the network is about your points (cross-entropy): 0 would be perfect.",
  "tip.accuracy": "How many of your points the network puts into the right class.",
  "tip.rate": "How many steps the server does each second right now.",
  "tip.history": "Drag to see the map, the points and the numbers of an earlier step; training pauses.",
  "step.epoch": (/** @type {{ epoch: number }} */ { epoch }) => `epoch ${formatStep(epoch)}`,
  "history.live": "live",
  "history.liveAt": (/** @type {{ numbers: string }} */ { numbers }) => `Live: ${numbers}`,
  "history.step": (/** @type {{ step: number }} */ { step }) => `step ${formatCount(step)}`,
  "history.mark": (/** @type {{ step: number }} */ { step }) => `History: step ${formatCount(step)}`,
  "command.goLive": "Back to live",
  "command.goLive.short": "Live",
  "label.speed": "Speed",
  "tip.speed": "How many steps to do each second: 2 to watch closely, Max to finish fast.",
  "speed.steps": (/** @type {{ rate: string }} */ { rate }) => `${rate} steps/s`,
  "speed.max": "Max",

  // --- settings -----------------------------------------------------------------------
  "label.architecture": "Hidden layers",
  "tip.architecture": "The layers between input and output, by their number of units (neurons): 10‑5 is ten, then five; empty is none.",
  "placeholder.architecture": "none",
  "hint.architecture": "10-5: two hidden layers of 10 and 5 units",
  "network.pending": "Network: …",
  "network.confirmed": (/** @type {{ layerSizes: readonly number[], activation: string }} */ { layerSizes, activation }) =>
    `Network: ${layerSizes.join(" – ")}, ${activation}`,
  "label.learningRate": "Learning rate",
  "tip.learningRate": "How far the weights move in each step: too small is slow, too large never settles. Try 0.001 to 0.1.",
  "label.optimizer": "Optimizer",
  "tip.optimizer": "The rule that turns the gradient of the loss into a step. Adam is a good first choice.",
  "label.regularization": "L2 (weight decay)",
  "tip.regularization": "Pulls all weights towards 0, which makes the boundary smoother. 0 is off.",
  "label.batchSize": "Batch size",
  "tip.batchSize": "How many randomly chosen points each step learns from. 0 means all of them.",
  "label.activation": "Activation",
  "tip.activation": "The function in each hidden unit; without it the boundary could not bend.",
  "label.dropout": "Dropout",
  "tip.dropout": "The share of hidden units left out at random in each step, so that no single one is needed. 0 is off.",
  "hint.advanced": "Changing activation or dropout starts a new network; the others act at once.",
  "choice.sgd": OPTIMIZERS.sgd,
  "choice.adam": OPTIMIZERS.adam,
  "choice.rmsprop": OPTIMIZERS.rmsprop,
  "choice.tanh": ACTIVATIONS.tanh,
  "choice.relu": ACTIVATIONS.relu,
  "choice.leaky_relu": ACTIVATIONS.leaky_relu,
  "choice.gelu": ACTIVATIONS.gelu,
  "rule.learningRate": (/** @type {{ max: number }} */ { max }) => `Learning rate must be above 0 and at most ${max}`,
  "rule.architecture": "Hidden layers must be numbers of units joined by hyphens, such as 10-5",
  "rule.layers": (/** @type {{ max: number }} */ { max }) => `There can be at most ${max} hidden layers`,
  "rule.units": (/** @type {{ max: number }} */ { max }) => `Each hidden layer must have 1 to ${max} units`,
  "rule.activation": (/** @type {{ choices: readonly (keyof typeof ACTIVATIONS)[] }} */ { choices }) =>
    `Activation must be one of ${choices.map((choice) => ACTIVATIONS[choice]).join(", ")}`,
  "rule.optimizer": (/** @type {{ choices: readonly (keyof typeof OPTIMIZERS)[] }} */ { choices }) =>
    `Optimizer must be one of ${choices.map((choice) => OPTIMIZERS[choice]).join(", ")}`,
  "rule.regularization": (/** @type {{ max: number }} */ { max }) => `L2 regularization must be from 0 to ${max}`,
  // A count is typed without separators, so it is shown without them.
  "rule.batchSize": (/** @type {{ max: number }} */ { max }) => `Batch size must be a whole number from 0 (all points) to ${max}`,
  "rule.dropout": "Dropout must be at least 0 and below 1",
  "label.seeds": "Seeds",
  "tip.seeds": "Where the random numbers begin: the same seeds, settings and points give the same run again.",
  "seed.init": "Weights",
  "seed.batches": "Batches",
  "seed.dropout": "Dropout",

  // --- files --------------------------------------------------------------------------
  "label.sessionFile": "Session",
  "tip.sessionFile":
    "Everything in one file: points, settings and the trained network. Open it to train on, here or with nnvisu train.",
  "label.csv": "Points",
  "tip.csv": "Your points as a table: x, y and class in each line. You can also drop such a file on the page.",
  "label.modelFile": "Model",
  "tip.modelFile": "The trained network for other programs: ONNX for onnxruntime, safetensors for PyTorch, JSON to read.",
  "label.checksum": "Weights",
  "tip.checksum":
    "A fingerprint of all weights: if it is the same, the networks are the same, also on the command line.",
  "checksum.at": (/** @type {{ step: number }} */ { step }) => `at step ${formatStep(step)}`,
  "drop.hint": "Drop to open a session\nor points as CSV",
  "drop.one": "Drop one file at a time: a session or points as CSV",
  "paste.title": "Paste points",
  "paste.hint": (/** @type {{ maxLabel: number }} */ { maxLabel }) =>
    `One point a line: x and y from −1 to 1, then the class from 0 to ${maxLabel}. They replace the points on the canvas.`,
  "paste.example": "0.5, -0.25, 1",
  "paste.cancel": "Cancel",
  "paste.import": "Import",
  "paste.empty": "There are no points in this text",
  "paste.tooMany": (/** @type {{ count: number, max: number }} */ { count, max }) =>
    `These are ${points({ count })}, and this server takes at most ${formatCount(max)}`,
  "file.notOpened": (/** @type {{ name: string, why: string }} */ { name, why }) => `${name} was not opened. ${why}`,
  "file.notImported": (/** @type {{ name: string, why: string }} */ { name, why }) => `${name} was not imported:\n${why}`,
  "file.tooLarge": (/** @type {{ mebibytes: number }} */ { mebibytes }) => `The file is larger than ${mebibytes} MiB`,
  "file.unreadable": "The file cannot be read",
  "file.notText": 'The file is not plain text in UTF-8 (spreadsheets call that "CSV UTF-8")',
  "file.nothingToSave": "Nothing to save yet: wait until the server is connected",
  "file.from": (/** @type {{ name: string }} */ { name }) => `from ${name}`,
  "file.pasted": "pasted",
  // In the words of crates/nnvisu-core/src/files/csv.rs.
  "csv.empty": "The file has no points: each line must be x, y and label, such as 0.5,-0.25,1",
  "csv.line": (/** @type {{ number: number, why: string }} */ { number, why }) => `line ${number}: ${why}`,
  "csv.more": (/** @type {{ count: number }} */ { count }) => `and ${count} more ${count === 1 ? "line" : "lines"}`,
  "csv.header": (/** @type {{ text: string }} */ { text }) =>
    `the first line must be x, y and label as numbers, or a header with these three names, not "${text}"`,
  "csv.fields": (/** @type {{ count: number, inHeader: boolean, actual: number }} */ { count, inHeader, actual }) =>
    `there must be ${count} values, ${inHeader ? "as in the header" : "x, y and label"}, not ${actual}`,
  "csv.coordinate": (/** @type {{ name: string, text: string }} */ { name, text }) =>
    `${name} must be a number from -1 to 1, not "${text}"`,
  "csv.label": (/** @type {{ max: number, text: string }} */ { max, text }) =>
    `label must be a whole number from 0 to ${max}, not "${text}"`,
  // In the words of crates/nnvisu-core/src/files/session.rs.
  "session.damaged": (/** @type {{ why: string }} */ { why }) => `The session file is damaged or incomplete: ${why}`,
  "session.foreign": "The file is not an nnvisu session",
  "session.newer": (/** @type {{ version: number, newest: number }} */ { version, newest }) =>
    `The session file has format version ${version}, and this nnvisu reads up to ${newest}: a newer nnvisu can open it`,
  "session.mixedLayers": "The layers of this session's network differ in activation or dropout, which this page cannot show",
  "session.checksum": (/** @type {{ actual: string, written: string }} */ { actual, written }) =>
    `The session file is damaged: its weights have the checksum ${actual}, but "${written}" was written with them`,
  "session.cut": "it ends too early or was changed",
  "session.version": "its version is not a number",
  "session.seed": "a seed is not a whole number below 2 to the 53rd",
  "session.architecture": "its architecture is none",
  "session.points": "its points are not a list",
  "session.point": (/** @type {{ number: number, maxLabel: number }} */ { number, maxLabel }) =>
    `point ${number} is not x and y from -1 to 1 and a label from 0 to ${maxLabel}`,
  "session.weights": "its weights do not fit its network",
  "session.noChecksum": "the checksum of its weights is missing",
  "session.notFinite": "a weight is not a finite number",
  "session.negative": "a mean of squares is negative",
  "session.none": (/** @type {{ fields: readonly string[] }} */ { fields }) => `there is no ${fields.join(", ")}`,
  "session.missing": (/** @type {{ field: string }} */ { field }) => `${field} is missing`,
  "session.further": (/** @type {{ field: string }} */ { field }) => `"${field}" does not belong there`,
  "model.notSaved": (/** @type {{ why: string }} */ { why }) => `The model was not saved: ${why}`,
  "model.answered": (/** @type {{ status: number }} */ { status }) => `the server answered ${status}`,
  "model.unreachable": "the server cannot be reached",

  // --- display ------------------------------------------------------------------------
  "label.palette": "Colours",
  "tip.palette": "The safe colours stay apart under the common kinds of colour blindness.",
  "palette.petroff": "Colour-blind safe",
  "palette.classic": "Classic",
  "label.mapStrength": "Map strength",
  "tip.mapStrength": "How much of the canvas the map covers: less lets the points stand out, 100% is full colour.",
  "label.plainMap": "Plain map, without boundary line",
  "label.shapes": "A shape for each class",
  "label.shortcuts": "Single-key shortcuts",
  "label.theme": "Theme",
  "tip.theme": "Light or dark",
  "theme.system": "Like the system",
  "theme.light": "Light",
  "theme.dark": "Dark",

  // --- commands: buttons, keys, the list of shortcuts ----------------------------------
  "command.train": "Train",
  "command.train.key": "Train or pause",
  "command.pause": "Pause",
  "command.stepOnce": "One step",
  "command.stepOnce.tip": "Train for exactly one step",
  "command.restart": "Restart",
  "command.restart.tip": "Start again from the same initial weights: the same training once more",
  "command.reset": "Reset the network",
  "command.reset.tip": "Start again from new random weights; your points stay",
  "command.togglePresentation": "Presentation",
  "command.togglePresentation.tip": "Fill the screen with the canvas and large numbers; press again or Esc to leave",
  "command.togglePlainMap": "Plain map, without boundary line",
  "command.undo": "Undo",
  "command.redo": "Redo",
  "command.clear": "Clear",
  "command.eraser": "Eraser",
  "command.eraser.tip": "Click or drag over points to remove them; the right mouse button always erases.",
  "command.drawClass": "Choose a class",
  "command.saveSession": "Save the session",
  "command.saveSession.key": "Save the session, also from a text field",
  "command.saveSession.short": "Save",
  "command.openSession": "Open a session",
  "command.openSession.key": "Open a session, also from a text field",
  "command.openSession.short": "Open…",
  "command.exportCsv": "Export the points as CSV",
  "command.exportCsv.short": "Export",
  "command.importCsv": "Import points from a CSV file",
  "command.importCsv.short": "Import…",
  "command.pastePoints": "Paste points as text",
  "command.pastePoints.short": "Paste…",
  "command.pastePoints.key": "Paste points",
  "command.reloadPage": "Reload",
  "command.saveOnnx": "Save the model as ONNX",
  "command.saveOnnx.short": "ONNX",
  "command.saveSafetensors": "Save the model as safetensors",
  "command.saveSafetensors.short": "safetensors",
  "command.saveJson": "Save the model as JSON",
  "command.saveJson.short": "JSON",
  "command.showShortcuts": "Keyboard shortcuts",
  "command.showShortcuts.key": "This list",
  "command.toggleHowTo": "How it works",
  "command.toggleDock": "Learning curves",
  "command.toggleDock.tip": "Loss and accuracy over the whole run",
  "command.resetAdvanced": "Reset to defaults",
  "command.storeHere": "Store this one instead",
  "keys.off":
    "Shortcuts of a single key are switched off (under Display); those with `Ctrl` and those on the canvas work.",
  "keys.anywhere": "Anywhere but in a text field",
  "keys.canvas": "On the canvas",
  "keys.or": "or",
  "keys.range": (/** @type {{ first: string, last: string }} */ { first, last }) => `${first} to ${last}`,
  "keys.space": "Space",
  "keys.ctrl": "Ctrl",
  "keys.shift": "Shift",
  "keys.press": "Press the button that has the focus",
  "keys.press.keys": "`Enter`",
  "keys.tick": "Tick a box, open a list",
  "keys.tick.keys": "`Tab` to it, then `Space`",
  "keys.moveCursor": "Move the cursor (`Shift`: further)",
  "keys.moveCursor.keys": "`←` `↑` `→` `↓`",
  "keys.addPoint": "Add a point, or erase with the eraser",
  "keys.addPoint.keys": "`Enter`",
  "keys.eraseNear": "Erase near the cursor",
  "keys.eraseNear.keys": "`Delete`",
  "keys.erase": "Erase",
  "keys.erase.keys": "Right button, pen eraser",

  // --- canvas -------------------------------------------------------------------------
  "canvas.region": "Canvas",
  "canvas.role": "drawing canvas",
  "canvas.name": "Training points and what the network makes of them",
  "canvas.keys":
    "Arrow keys move the cursor, with Shift further. Enter adds a point, Delete erases near the cursor. 1 to 8 choose the class. Space trains and pauses.",
  "canvas.emptyMouse": "Click to add points,\nor pick a data set",
  "canvas.emptyTouch": "Tap to add points,\nor pick a data set",
  "canvas.noPoints": "No points yet.",
  "canvas.points": (/** @type {{ classes: readonly { count: number, color: string }[] }} */ { classes }) =>
    `Points: ${classes.map(({ count, color }) => `${formatCount(count)} ${color}`).join(", ")}.`,
  "canvas.progress": (/** @type {{ step: number, loss: string, accuracy: string }} */ { step, loss, accuracy }) =>
    `Step ${formatCount(step)}, loss ${loss}, accuracy ${accuracy}`,
  "canvas.place": (/** @type {{ x: string, y: string }} */ { x, y }) => `${x}, ${y}`,
  "probe.prediction": (/** @type {{ place: string, classes: readonly { color: string, percent: string }[] }} */ { place, classes }) =>
    `${place}: ${classes.map(({ color, percent }) => `${color} ${percent}`).join(", ")}`,
  "canvas.added": (/** @type {{ color: string, place: string }} */ { color, place }) => `Added ${color} at ${place}`,
  "canvas.erased": (/** @type {{ count: number }} */ { count }) => `Erased ${points({ count })}`,

  // --- status line --------------------------------------------------------------------
  "status.connecting": "Connecting",
  "status.retrying": "Connection lost, retrying; your work is safe",
  "status.retryingBecause": (/** @type {{ reason: string }} */ { reason }) => `${reason} Retrying; your work is safe`,
  "status.resting": "Disconnected after a long rest; your next click or key reconnects, your work is safe",
  "status.generating": "Generating points",
  "status.empty": "Add points to start",
  "status.diverged": "Stopped: training diverged; try a smaller learning rate",
  "status.training": "Training",
  "status.paused": "Paused",
  "status.ready": "Ready to train",
  "status.oneClass": (/** @type {{ activity: string, color: string }} */ { activity, color }) =>
    `${activity}. Only one class so far: the network will call everything ${color}. Add another colour`,

  // --- notices ------------------------------------------------------------------------
  "notice.name": "Message",
  "notice.close": "Close this message",
  "notice.times": (/** @type {{ count: number }} */ { count }) => `(${formatCount(count)} times)`,
  "notice.maxPoints": (/** @type {{ max: number }} */ { max }) => `There can be at most ${points({ count: max })}`,
  "notice.generateLater": "The data set comes as soon as the connection is back",
  "notice.noPointsFrom": (/** @type {{ source: string }} */ { source }) => `There are no points ${source}; nothing was changed`,
  "notice.tooManyPoints": (/** @type {{ count: number, source: string, max: number }} */ { count, source, max }) =>
    `There are ${points({ count })} ${source}, and this server takes at most ${formatCount(max)}; nothing was changed`,
  "notice.imported": (/** @type {{ count: number, source: string }} */ { count, source }) =>
    `${points({ count })} ${source} in place of the old ones`,
  "notice.opened": (
    /** @type {{ source: string, count: number, step: number } & NetworkWords} */
    { source, count, step, ...trained },
  ) => `Opened the session ${source}: ${points({ count })}, network ${network(trained)}, step ${formatCount(step)}`,
  "notice.generated": (/** @type {{ count: number }} */ { count }) => `${points({ count })} and fresh weights`,
  "notice.reset": "New random weights, from step 0",
  "notice.resetLater": "The network starts from new random weights as soon as the connection is back",
  "notice.restarted": "The same initial weights again, from step 0",
  "notice.restartedLater": "The network starts again from its initial weights as soon as the connection is back",
  "notice.newNetwork": (/** @type {NetworkWords} */ trained) =>
    `New network (${network(trained)}): training stopped, the weights are fresh`,
  "notice.newNetworkLater": (/** @type {NetworkWords} */ trained) =>
    `The new network (${network(trained)}) starts as soon as the connection is back`,
  "notice.addPoints": "Add points before training",
  "notice.checkpointRefused": (/** @type {{ reason: string }} */ { reason }) =>
    `The trained network could not be brought back, so training starts afresh. ${reason}`,
  "notice.checkpointTooLarge": "It is larger than what this server takes.",
  "notice.pointsLeftOut": (/** @type {{ max: number }} */ { max }) =>
    `This server takes at most ${points({ count: max })}: the others are shown but not trained`,
  "notice.restoreRefused": (/** @type {{ reason: string }} */ { reason }) => `The server cannot take over your work: ${reason}`,
  "notice.unreadable": (/** @type {{ reason: string }} */ { reason }) =>
    `The server sent something this page cannot read (${reason}); reloading the page may help`,
  "notice.whoAreYou": "This server asks you to sign in: reload the page.",
  "notice.redirected": "The server sends this page elsewhere, as when a sign-in has run out: reload the page.",
  "notice.noWebSockets": (/** @type {{ status: number | null }} */ { status }) =>
    `The server can be reached, but WebSockets cannot pass, and training needs them${status === null ? "" : ` (HTTP ${status})`}. A proxy, a firewall or a browser extension stops them: try another network, or ask whoever runs this one, or this server, to let them through.`,
  "update.available": "The server was updated: reload to get the new page; your work is safe",

  // --- storage ------------------------------------------------------------------------
  "storage.settings": "settings",
  "storage.points": "points",
  "storage.network": "trained network",
  "storage.choices": "choices about the page",
  "storage.none": "This browser keeps nothing for this page: what you do is gone when you leave",
  "storage.unreadable": (/** @type {{ what: string }} */ { what }) => `The stored ${what} could not be read and start afresh`,
  "storage.networkDamaged": "The stored network was damaged: training starts afresh",
  "storage.pointsDamaged": (/** @type {{ count: number }} */ { count }) =>
    `Some stored points were damaged and left out; ${formatCount(count)} are here`,
  "storage.settingDamaged": (/** @type {{ rule: string }} */ { rule }) =>
    `${rule}; the stored value was not, and is the default now`,
  "storage.full": (/** @type {{ what: string }} */ { what }) =>
    `The browser's storage is full: the ${what} will be gone when you leave this page`,
  "storage.elsewhere": "Another tab is keeping your work; what you do here is gone when you close this tab",
  "storage.here": "The work in this tab is stored from now on",
  "storage.otherClosed": "The other tab was closed. The work in this tab is stored from now on",
  "storage.otherKept": "The other tab was closed. Its work is kept until you change something here",

  // --- learning curves ----------------------------------------------------------------
  "curve.none": "Train to see how loss and accuracy change",
  "curve.steps": (/** @type {{ from: number, to: number }} */ { from, to }) => `Steps ${formatCount(from)} to ${formatStep(to)}`,
  "curve.range": (/** @type {{ low: string, high: string }} */ { low, high }) => `${low} to ${high}`,
  "curve.summary": (/** @type {{ name: string, first: string, last: string, steps: string }} */ { name, first, last, steps }) =>
    `${name} from ${first} to ${last}. ${steps}`,
});
