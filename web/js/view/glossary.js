// One sentence for each term and each button that a newcomer may wonder about.

/** By the `data-tooltip` of the element they explain.
 * @type {Readonly<Record<string, string>>} */
export const GLOSSARY = Object.freeze({
  shortcuts: "Keyboard shortcuts",
  theme: "Light or dark",

  eraser: "Click or drag over points to remove them; the right mouse button always erases.",
  dataSets: "Ready-made points; choosing a set replaces your points and starts a new network.",
  classes: "A class is a kind of point, shown as a color; the network learns to tell the classes apart.",
  circles: "Circles inside each other: no straight line can separate them.",
  moons: "Half circles that reach into each other.",
  blobs: "Round clouds of points, all about the same size.",
  anisotropic: "Anisotropic clouds: stretched along a line instead of round.",
  variedVariance: "Clouds of different variance: some tight, some wide.",

  stepOnce: "Train for exactly one step",
  reset: "Start again from new random weights; the points stay",
  step: "How many times the weights have been updated so far.",
  loss: "How wrong the network is over all points (cross-entropy): 0 would be perfect.",
  accuracy: "The share of points that the network puts into their right class.",
  rate: "How many training steps the server does each second right now.",
  history: "Pause and drag to see the picture and the numbers of an earlier step.",
  hiddenLayers: "How many units each layer between input and output has: 10-5 is ten, then five; empty is none.",
  speed: "How many training steps to do each second: slow to watch closely, Max to finish fast.",

  learningRate: "How far the weights move in each step: too small is slow, too large never settles.",
  optimizer: "The rule that turns the gradient of the loss into changes of the weights.",
  l2: "Pulls all weights towards zero, which makes boundaries smoother; 0 is off.",
  batchSize: "How many randomly chosen points each step looks at; 0 means all of them.",
  activation: "The function each hidden unit applies to its input; it is what lets boundaries bend.",
  dropout: "The share of hidden units left out at random in each step, so that none is relied upon; 0 is off.",
  seeds: "Where the random numbers start: the same seeds, settings and points give the same run again.",
  sessionFile: "Everything in one file: points, settings, seeds and the trained network; train on from it here or with nnvisu train.",
  csv: "Points as comma-separated values: x, y and the class in each line. A file can also be dropped on the page.",
  modelFile: "The trained network for other programs: ONNX for onnxruntime, safetensors for PyTorch, JSON to read.",
  checksum: "A fingerprint of all weights: the same seeds, settings, points and number of steps give the same one, also on the command line.",
  palette: "The safe colours stay apart under the common kinds of colour blindness.",
});
