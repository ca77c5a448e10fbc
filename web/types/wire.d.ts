// The messages of nnvisu's wire format, made from crates/nnvisu-protocol. Do not edit;
// after a change of the Rust types run: UPDATE_WIRE_TYPES=1 cargo test -p nnvisu-protocol wire_types

/**
 * A request and, in version 2, the client's own number for it, which its answers carry.
 */
export type Envelope = { id?: number, } & Request;

/**
 * Everything a client can ask for, told apart by `type`. Every value is within its range.
 */
export type Request = { "type": "start_training" } | { "type": "stop_training" } | { "type": "reset",
/**
 * Version 2 only: the seeds to use; without them the server draws new ones.
 */
seeds?: Seeds, } | { "type": "update_config",
/**
 * The settings to change.
 */
payload: ConfigUpdate, } | { "type": "update_architecture",
/**
 * The new network.
 */
payload: NetworkUpdate,
/**
 * Version 2 only: the seeds to use; without them the server draws new ones.
 */
seeds?: Seeds, } | { "type": "update_data",
/**
 * The points; empty clears them.
 */
data: Array<Point>, } | { "type": "generate_data",
/**
 * Their shape.
 */
distribution: Distribution,
/**
 * How many classes.
 */
num_classes: ClassCount,
/**
 * Version 2 only: the seed of the data; without it the server draws a new one.
 */
seed?: Seed, } | { "type": "train_step",
/**
 * Settings; the ones that are left out have their defaults. With a model its
 * architecture is that of the model.
 */
config: Config,
/**
 * The weights to start from; two empty lists on the wire, here `None`, for fresh ones.
 */
model: Weights,
/**
 * The points, at least one.
 */
data: Array<Point>, } | { "type": "restore" } & Restore | { "type": "set_speed",
/**
 * The speed; `null` for as fast as possible.
 */
stepsPerSecond: StepsPerSecond | null, } | { "type": "step" } | { "type": "view" } & View | { "type": "edit_data" } & DataEdit;

/**
 * The network that `update_architecture` asks for.
 */
export type NetworkUpdate = {
/**
 * The hidden layers.
 */
hidden_layers: HiddenLayers,
/**
 * The activation, if it changes.
 */
activation?: Activation,
/**
 * The dropout, if it changes.
 */
dropout?: Dropout, };

/**
 * Everything that makes a session. What may be left out has its default.
 */
export type Restore = {
/**
 * The settings.
 */
config?: ConfigUpdate,
/**
 * The points.
 */
data: Array<Point>,
/**
 * The run to continue, its parts fitting each other; without one, fresh weights.
 */
checkpoint?: Checkpoint | null,
/**
 * The seeds for fresh weights; without them the server draws new ones.
 */
seeds?: Seeds | null,
/**
 * The speed; without one, as fast as possible.
 */
stepsPerSecond?: StepsPerSecond | null, };

/**
 * A text message from the server and, in version 2, the id of the request it answers.
 */
export type ServerMessage = { re?: number, } & Response;

/**
 * Everything a server can say in text.
 */
export type Response = { "type": "config",
/**
 * About the server.
 */
payload: ServerInfo, } | { "type": "step_result",
/**
 * Where training is.
 */
metrics: StepMetrics,
/**
 * The weights, at most once a second while training, else `null`.
 */
model: Weights | null, } | { "type": "architecture_synced",
/**
 * What is trained now.
 */
payload: ArchitectureSynced, } | { "type": "data_generated",
/**
 * The points.
 */
data: Array<Point>,
/**
 * Version 2 only: their shape.
 */
distribution?: Distribution,
/**
 * Version 2 only: how many classes.
 */
num_classes?: ClassCount,
/**
 * Version 2 only: the seed that makes these points again.
 */
seed?: Seed, } | { "type": "error",
/**
 * For a person.
 */
message: string,
/**
 * For a program.
 */
code: ErrorCode,
/**
 * Where in the request.
 */
field?: string, } | { "type": "state",
/**
 * The session as it is now.
 */
payload: SessionState, } | { "type": "checkpoint",
/**
 * To be kept as it is.
 */
payload: Checkpoint, };

/**
 * What the server says about itself.
 */
export type ServerInfo = {
/**
 * The version of the program.
 */
version: string,
/**
 * Whom to thank.
 */
author: string,
/**
 * Version 2 only: the limits this server works with.
 */
limits?: Limits,
/**
 * Version 2 only: which page the server hands out. A page that was handed out under another
 * name is not the one of this server. Absent if it has none.
 */
page?: string, };

/**
 * The metrics of a `step_result`: loss and accuracy over all points with the weights of that
 * step; the step is absent in the answer to `train_step`. Without points the accuracy is `null`
 * and the loss 0: existing clients cannot show a loss that is no number.
 */
export type StepMetrics = { loss: number, accuracy: number | null, step?: number, };

/**
 * The network that was asked for is the one that is trained.
 */
export type ArchitectureSynced = {
/**
 * Always `success`; a network that is refused is answered by `error`.
 */
status: SyncStatus,
/**
 * The hidden layers that are trained now.
 */
hidden_layers: HiddenLayers, };

/**
 * How `update_architecture` went.
 */
export type SyncStatus = "success";

/**
 * A session as it is now.
 */
export type SessionState = {
/**
 * One more each time the weights are thrown away.
 */
generation: number,
/**
 * Whether training is on.
 */
running: boolean,
/**
 * Optimizer steps done.
 */
step: number,
/**
 * The epoch the run is in, from 0.
 */
epoch: number,
/**
 * The settings as configured.
 */
config: Config,
/**
 * The network as it is trained.
 */
network: Architecture,
/**
 * The seeds of this run.
 */
seeds: Seeds,
/**
 * The speed asked for; `null` for as fast as possible.
 */
stepsPerSecond: StepsPerSecond | null,
/**
 * Number of points.
 */
points: number,
/**
 * Number of different classes among the points.
 */
classes: number, };

/**
 * Weights, optimizer state, step, epoch and seeds. Clients keep it as it came and hand it back in
 * `restore`; the order of the numbers inside is the server's own.
 */
export type Checkpoint = {
/**
 * Generation of the session when the checkpoint was made. Not used by `restore`.
 */
generation: number,
/**
 * Optimizer steps done.
 */
step: number,
/**
 * The epoch it is in, from 0.
 */
epoch: number,
/**
 * How many points of that epoch have been used.
 */
epochPosition: number,
/**
 * Whether the run has diverged and gone back to `lastGood`: it makes no step until a setting
 * of the training or the points change.
 */
diverged: boolean,
/**
 * The network; its outputs are those that it has now.
 */
architecture: Architecture,
/**
 * Weights and biases of all layers, in the server's order.
 */
parameters: Floats,
/**
 * State of the optimizer.
 */
optimizer: OptimizerState,
/**
 * Seeds of the run.
 */
seeds: Seeds,
/**
 * The output rows of classes that have left the data, in ascending order.
 */
absentRows: Array<AbsentRow>,
/**
 * Where the run goes back to if it diverges; `null` before the first step.
 */
lastGood: LastGood | null, };

/**
 * What the optimizer remembers between steps.
 */
export type OptimizerState = {
/**
 * Which optimizer this state belongs to.
 */
kind: Optimizer,
/**
 * Steps since the optimizer was fresh.
 */
steps: number,
/**
 * Steps of each output row since it was fresh.
 */
rowSteps: Array<number>,
/**
 * Running means, each as long as `parameters`: none for `sgd`, that of the squared gradients
 * for `rmsprop`, those of the gradients and of the squared gradients for `adam`.
 */
slots: Array<Floats>, };

/**
 * The output row of a class that has left the data, kept for when it comes back.
 */
export type AbsentRow = {
/**
 * The class; the network has no output for it now.
 */
class: Label,
/**
 * Its weights, then its bias.
 */
parameters: Floats,
/**
 * Its part of the optimizer's running means.
 */
slots: Array<Floats>,
/**
 * Its steps since it was fresh.
 */
steps: number, };

/**
 * The newest state whose loss over all points was finite and not many times the lowest.
 */
export type LastGood = {
/**
 * Weights and biases, as many as the run has now.
 */
parameters: Floats,
/**
 * Optimizer steps done then.
 */
step: number,
/**
 * The epoch then.
 */
epoch: number,
/**
 * How many points of that epoch had been used.
 */
epochPosition: number,
/**
 * The loss over all points; `null` where the points have changed since.
 */
loss: number | null,
/**
 * The lowest loss seen on these points; `null` where `loss` is.
 */
lowestLoss: number | null, };

/**
 * The weights of a whole network whose layers fit each other: 2 inputs, at most 10 hidden
 * layers of 1 to 100 units, 2 to 8 outputs.
 *
 * On the wire `{"weights": [layer][out][in], "biases": [layer][out]}`.
 */
export type Weights = { weights: number[][][], biases: number[][], };

/**
 * Finite numbers that stand in JSON as base64 (RFC 4648, with padding) of their
 * little-endian IEEE 754 single-precision bytes.
 */
export type Floats = string;

/**
 * A complete configuration. Read from JSON, a setting that is left out has its default,
 * and names that this version does not know are ignored.
 */
export type Config = {
/**
 * Learning rate of the optimizer.
 */
learningRate: LearningRate,
/**
 * Hidden layers.
 */
architecture: HiddenLayers,
/**
 * Activation of the hidden layers.
 */
activation: Activation,
/**
 * Optimizer; a change starts its state afresh.
 */
optimizer: Optimizer,
/**
 * L2 regularization.
 */
regularization: Regularization,
/**
 * Points per step; 0 means all.
 */
batchSize: BatchSize,
/**
 * Dropout after the hidden layers.
 */
dropout: Dropout, };

/**
 * Some of the settings, to be merged into a configuration.
 */
export type ConfigUpdate = {
/**
 * Learning rate of the optimizer.
 */
learningRate?: LearningRate,
/**
 * Hidden layers.
 */
architecture?: HiddenLayers,
/**
 * Activation of the hidden layers.
 */
activation?: Activation,
/**
 * Optimizer; a change starts its state afresh.
 */
optimizer?: Optimizer,
/**
 * L2 regularization.
 */
regularization?: Regularization,
/**
 * Points per step; 0 means all.
 */
batchSize?: BatchSize,
/**
 * Dropout after the hidden layers.
 */
dropout?: Dropout, };

/**
 * A point of the data: coordinates in −1 to 1, x to the right, y up, and its class.
 */
export type Point = { x: number, y: number, label: Label, };

/**
 * The limits one server works with; it tells version 2 clients in its first message.
 */
export type Limits = {
/**
 * Most points a data set may have.
 */
maxPoints: number,
/**
 * Largest text message in bytes; a larger one closes the connection with code 1009.
 */
maxMessageBytes: number, };

/**
 * The stable, machine-readable kind of an `error` message.
 */
export type ErrorCode = "invalid_json" | "unknown_type" | "missing_field" | "wrong_type" | "out_of_range" | "too_many_points" | "message_too_large" | "binary_not_accepted" | "checkpoint_mismatch" | "no_data" | "diverged" | "out_of_sync" | "internal";

/**
 * What follows each hidden layer.
 */
export type Activation = "tanh" | "relu" | "leaky_relu" | "gelu";

/**
 * How gradients become changes of the weights.
 */
export type Optimizer = "sgd" | "adam" | "rmsprop";

/**
 * The shape of a generated data set.
 */
export type Distribution = "circles" | "moons" | "blobs" | "anisotropic" | "varied_variance";

/**
 * What a section of a frame is about, by the name that a `view` asks for.
 */
export type SectionKind = "metrics" | "posteriors";

/**
 * How planes of posteriors are written, by the name that a `view` asks for.
 */
export type PosteriorEncoding = "raw" | "planes" | "free_planes" | "deflate";

/**
 * Sizes of the hidden layers from input to output: 0 to 10 layers of 1 to 100 units.
 * Default 10, 5.
 */
export type HiddenLayers = Array<number>;

/**
 * A network as it is trained.
 */
export type Architecture = {
/**
 * Its inputs: at least one, each once.
 */
features: Array<Feature>,
/**
 * Its hidden layers from input to output, at most 10.
 */
layers: Array<LayerSpec>,
/**
 * Its output units.
 */
outputs: ClassCount, };

/**
 * A hidden layer as it is trained.
 */
export type LayerSpec = {
/**
 * How many units it has.
 */
units: LayerUnits,
/**
 * What follows its weighted sums.
 */
activation: Activation,
/**
 * Dropout after it.
 */
dropout: Dropout, };

/**
 * An input of a network, computed from the coordinates of a point.
 */
export type Feature = "x" | "y";

/**
 * Units of a hidden layer: 1 to 100.
 */
export type LayerUnits = number;

/**
 * The frames that a client wants. What it leaves out has its default, which is also what a
 * connection gets before its first `view`.
 */
export type View = {
/**
 * Which run; there is one, 0.
 */
run?: number,
/**
 * The sections of each frame; none: no frames are sent. Default all.
 */
sections?: Array<SectionKind>,
/**
 * Longest side of the map. The server may send smaller ones over a slow line, never larger.
 */
size?: ViewSize,
/**
 * Most frames in a second.
 */
framesPerSecond?: FramesPerSecond,
/**
 * The encodings of posteriors that the client reads, the one it likes best first. Names that
 * the server does not know are skipped; one has to be left.
 */
encodings?: Array<PosteriorEncoding>, };

/**
 * Longest side of the maps that a client wants, in pixels: 16 to 512. Default 256.
 */
export type ViewSize = number;

/**
 * Most frames that a client wants in a second: above 0, at most 60. Default 30.
 */
export type FramesPerSecond = number;

/**
 * How one list of points becomes another. The indices of every list are ascending, so that
 * nothing happens to a point twice.
 *
 * Made from a list of points by [`DataEdit::between`]; out of a request it fits a list of
 * [`before`](Self::before) points, whatever these are.
 */
export type DataEdit = {
/**
 * Number of points before.
 */
before: number,
/**
 * Where points move to. Indices are those of the list before.
 */
move?: [number, number, number][],
/**
 * Which points get another class. Indices are those of the list before.
 */
relabel?: [number, number][],
/**
 * Which points go. Indices are those of the list before.
 */
remove?: number[],
/**
 * Which points come. Indices are those of the list after.
 */
add?: [number, number, number, number][], };

/**
 * Learning rate of the optimizer: above 0, at most 10. Default 0.01.
 */
export type LearningRate = number;

/**
 * L2 regularization (weight decay that enters the gradient): 0 to 10. Default 0.
 */
export type Regularization = number;

/**
 * Probability of dropping a hidden unit in training: 0 or more, below 1. Default 0.
 */
export type Dropout = number;

/**
 * Points per optimizer step, 0 to 1,000,000; 0 means all of them. Default 0.
 */
export type BatchSize = number;

/**
 * Class of a point: 0 to 7.
 */
export type Label = number;

/**
 * Number of classes: 2 to 8.
 */
export type ClassCount = number;

/**
 * Start of a sequence of random numbers: 0 to 2⁵³ − 1.
 */
export type Seed = number;

/**
 * The seeds of everything random in a run but the data.
 */
export type Seeds = {
/**
 * Seed of the initial weights.
 */
init: Seed,
/**
 * Seed of the choice of points for each batch.
 */
batches: Seed,
/**
 * Seed of the dropout masks.
 */
dropout: Seed, };

/**
 * Speed of training asked for, in optimizer steps per second: above 0, at most 1,000,000.
 * Where "as fast as possible" is meant, there is no `StepsPerSecond` (`null` on the wire).
 */
export type StepsPerSecond = number;

/** The fixed numbers and names of the protocol, for `@type` of the page's constants. */
export type WireConstants = {
    MAX_HIDDEN_LAYERS: 10,
    MAX_UNITS: 100,
    MIN_CLASSES: 2,
    MAX_CLASSES: 8,
    MAX_SEED: 9007199254740991,
    MAX_STEPS_PER_SECOND: 1000000,
    MIN_VIEW_SIZE: 16,
    MAX_VIEW_SIZE: 512,
    MAX_FRAMES_PER_SECOND: 60,
    DEFAULT_MAX_POINTS: 20000,
    FRAME_TAG: 3,
    FRAME_PREAMBLE_BYTES: 24,
    SECTION_HEADER_BYTES: 8,
    MAX_COMPRESSED_POSTERIORS: 8388608,
    SECTION_KINDS: { metrics: 1, posteriors: 2 },
    POSTERIOR_ENCODINGS: { raw: 0, planes: 1, free_planes: 2, deflate: 3 },
    SUBPROTOCOL_V2: "nnvisu.v2",
};

/** What each setting can be, for `@type` of the page's table of settings. */
export type WireSettings = {
    learningRate: { range: { min: 0, max: 10, excludesMin: true, excludesMax: false, isWhole: false }, default: 0.01, takesEffect: "live" },
    architecture: { maxLayers: 10, units: { min: 1, max: 100, excludesMin: false, excludesMax: false, isWhole: true }, default: [10,5], takesEffect: "newNetwork" },
    activation: { names: ["tanh", "relu", "leaky_relu", "gelu"], default: "tanh", takesEffect: "newNetwork" },
    optimizer: { names: ["sgd", "adam", "rmsprop"], default: "adam", takesEffect: "live" },
    regularization: { range: { min: 0, max: 10, excludesMin: false, excludesMax: false, isWhole: false }, default: 0.0, takesEffect: "live" },
    batchSize: { range: { min: 0, max: 1000000, excludesMin: false, excludesMax: false, isWhole: true }, default: 0, takesEffect: "live" },
    dropout: { range: { min: 0, max: 1, excludesMin: false, excludesMax: true, isWhole: false }, default: 0.0, takesEffect: "newNetwork" },
};
