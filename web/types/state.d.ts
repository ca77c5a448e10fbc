// The state of the page: its slices, and the values they are made of.
//
// The store (js/state/store.js) is the one owner. Everything here is read-only for
// everybody else: the view reads slices and calls actions, the transport does the same.
// A slice is replaced as a whole when anything in it changes, so `===` tells whether it did.

import type * as wire from "./wire";
import type { Message } from "../js/words/word.js";

export type { Message };

/** The same, all through, but not to be changed. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** A point of the training data: x and y in data space, [-1, 1], y up; label 0 to 7. */
export type Point = Frozen<wire.Point>;

/** A place or distance in data space, [-1, 1] with y up. */
export interface DataPosition {
  readonly x: number;
  readonly y: number;
}

export type { Activation, Distribution, Optimizer } from "./wire";

/** The seven settings of the network and its training, always valid. */
export type Config = Frozen<wire.Config>;

/** The settings a person can type or choose. */
export type FieldName = keyof Config;

/** Where the random numbers of a run come from; integers up to 2^53 - 1. */
export type Seeds = Frozen<wire.Seeds>;

/** What reading something gives: a value, or a sentence that says what is wrong. */
export type Parsed<T, M = Message> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: M };

/** Topic "document": what a person makes, with what can be taken back. */
export interface DocumentState {
  readonly points: readonly Point[];
  /** How many different classes have at least one point. */
  readonly nClassesPresent: number;
  /** Points of each of the eight classes. */
  readonly classCounts: readonly number[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** A data set that has been asked for and has not come yet; null when there is none. */
  readonly generating: DataSetRequest | null;
}

/** A data set for the server to make. */
export interface DataSetRequest {
  readonly distribution: wire.Distribution;
  readonly classCount: number;
  readonly seed: number | null;
}

/** One training: its settings, its network, and what has become of it. */
export interface Run {
  /** Unique among the runs; the server counts from 0. */
  readonly id: number;
  readonly settings: SettingsState;
  readonly training: TrainingState;
  readonly map: MapState;
  readonly history: HistoryState;
  /** What brings the network back after a reload or a lost connection; null when the weights are to be fresh. */
  readonly checkpoint: Checkpoint | null;
  readonly requests: RequestsState;
}

/** The parts of a run that are changed one by one. */
export type RunPart = "settings" | "training" | "map" | "history" | "requests";

/** Topic "runs". */
export interface RunsState {
  readonly list: readonly Run[];
  /** The id of the one that is shown and controlled. */
  readonly current: number;
}

export interface SettingsState {
  /** The last valid settings: what the server trains, or is about to be told. */
  readonly config: Config;
  /** Null until the server has drawn the first ones. */
  readonly seeds: Seeds | null;
  /** The wanted speed; null means as fast as possible. */
  readonly stepsPerSecond: number | null;
  /** A sentence for each field whose last entry was refused. */
  readonly errors: Readonly<Partial<Record<FieldName, Message>>>;
  /** The refused text of such a field, so that the person can correct it; `textOf` shows it. */
  readonly drafts: Readonly<Partial<Record<FieldName, string>>>;
}

export type Tool = "draw" | "erase";
export type PaletteName = "petroff" | "classic";
export type ThemeName = "system" | "light" | "dark";

/** Topic "preferences": how a person likes the page. Kept for every visit, whichever tab they are changed in. */
export interface PreferencesState {
  readonly palette: PaletteName;
  readonly theme: ThemeName;
  /** Whether each class has its own marker shape. */
  readonly shapes: boolean;
  /** How much of the map covers the canvas' own colour, per cent. */
  readonly mapStrength: number;
  /** Whether the map is the blend of the classes and nothing else: at full strength, without a boundary line. */
  readonly plainMap: boolean;
  /** Whether single keys act wherever the focus is. */
  readonly shortcuts: boolean;
  /** Classes of the next generated data set, 2 to 8. */
  readonly classCount: number;
  /** In CSS pixels. */
  readonly eraserRadius: number;
}

/** What of the workspace is kept with the work. */
export interface Layout {
  readonly tool: Tool;
  /** The class that drawing adds, 0 to 7. */
  readonly selectedClass: number;
  readonly advancedOpen: boolean;
  readonly howToOpen: boolean;
  readonly dockOpen: boolean;
}

/** Topic "workspace": where a person is on the page. */
export interface WorkspaceState extends Layout {
  /** Whether the page can be seen: not in another tab, nor behind another program. */
  readonly visible: boolean;
  /** Whether the person has asked their system for little motion. */
  readonly reducedMotion: boolean;
  /** Whether only the canvas and large numbers are on the screen, for a whole room to see. */
  readonly presenting: boolean;
  /** What the page has said and nobody has closed, oldest first. */
  readonly notices: readonly Notice[];
  readonly storage: StorageState;
}

/** Resting: the server let go of an idle page; the next thing the person does connects again. */
export type ConnectionStatus = "connecting" | "open" | "retrying" | "resting";

/** Topic "connection": the server, and what it has not confirmed about all runs together. */
export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Why there is no connection, as the server says or as is found out; null when nothing is known. */
  readonly lossReason: string | null;
  /** The server's own version and author, for the footer; null before it said so. */
  readonly server: { readonly version: string; readonly author: string } | null;
  /** Whether the server has another page than this one: it was updated. */
  readonly hasOtherPage: boolean;
  /** The most points the server takes. */
  readonly maxPoints: number;
  /** Another run is in place of the one that the server knows; null when it knows. */
  readonly restore: object | null;
}

/** What a network is made of: inputs, hidden layers, outputs. */
export type Architecture = Frozen<wire.Architecture>;

export interface TrainingState {
  /** Whether training is on (as the person wants it; the server is told at once, or on reconnect). */
  readonly running: boolean;
  /** Whether the run ended because the loss or the weights grew beyond all numbers. */
  readonly diverged: boolean;
  /** The server's count of thrown-away weights; null before the first answer. */
  readonly generation: number | null;
  /** The network the server confirmed; null before the first answer. */
  readonly network: Architecture | null;
  /** True from a change of the network until the server has confirmed it. */
  readonly networkPending: boolean;
}

/** Whether this tab's work is there at the next visit. */
export interface StorageState {
  /** Elsewhere: another tab's work is kept, this one's only as long as the tab is open. */
  readonly place: "unknown" | "here" | "elsewhere";
  /** The person wants this tab's work to be kept, and it is not yet. */
  readonly claimed: boolean;
}

/** A message for the person that blocks nothing. */
export interface Notice {
  /** Another one each time that something is said. */
  readonly id: number;
  readonly kind: "info" | "error";
  readonly message: Message;
  /** The command that it offers, if any: to undo what it tells of. */
  readonly action: "undo" | null;
  /** How many times the same has been said while it stands there. */
  readonly count: number;
}

/** What the network says everywhere, and the numbers: posteriors over data space, with the numbers of that very step. */
export interface Frame {
  readonly run: number;
  readonly generation: number;
  readonly step: number;
  readonly epoch: number;
  /** Whether training was on. */
  readonly running: boolean;
  /** Null without points. */
  readonly loss: number | null;
  /** 0 to 1; null without points. */
  readonly accuracy: number | null;
  /** As measured by the server; 0 while paused. */
  readonly stepsPerSecond: number;
  readonly width: number;
  readonly height: number;
  readonly classes: number;
  /**
   * One plane per class, each row-major: planes[k*width*height + row*width + column].
   * The first row is y = +1 and the last y = -1, the first column x = -1 and the last
   * x = +1: samples lie on the edges of the data square. 255 is a posterior of 1.
   */
  readonly planes: Uint8Array;
}

/** What the map and the numbers show, always of one step. */
export interface MapState {
  /** Null before the first frame. */
  readonly frame: Frame | null;
  /** False while an earlier snapshot is shown. */
  readonly live: boolean;
  /** The points of then; null while the newest map is shown, with the points of now. */
  readonly points: readonly Point[] | null;
}

/** A frame, with the points of when it came. */
export interface Snapshot extends Frame {
  readonly points: readonly Point[];
}

/** The recorded part of a run. */
export interface HistoryState {
  /** Oldest first, at most 256; the last one is always the newest frame. */
  readonly snapshots: readonly Snapshot[];
  /** Steps of the first and the last snapshot; 0 when there is none. */
  readonly firstStep: number;
  readonly lastStep: number;
  /** Step of what is shown; null while that is the newest. It may have been thinned out since. */
  readonly shownStep: number | null;
}

/** What the person asked for and the server has not confirmed yet. */
export interface RequestsState {
  /** Fresh weights of these seeds are wanted. */
  readonly reset: Seeds | null;
  /** Single steps wanted. */
  readonly steps: number;
}

/** What a session file holds: all that makes a training run. */
export interface SessionContent {
  readonly config: Config;
  readonly seeds: Seeds;
  readonly points: readonly Point[];
  /** Null: fresh weights from the seeds. */
  readonly checkpoint: Checkpoint | null;
}

/** The server's network with its optimizer, kept verbatim to be handed back. */
export type Checkpoint = Frozen<wire.Checkpoint>;

/** By how long it lasts. */
export interface State {
  readonly document: DocumentState;
  readonly runs: RunsState;
  readonly connection: ConnectionState;
  readonly preferences: PreferencesState;
  readonly workspace: WorkspaceState;
}

export type Topic = keyof State;

/** What is kept across visits, each part on its own. */
export interface Stored {
  readonly config: Config;
  readonly seeds: Seeds | null;
  readonly stepsPerSecond: number | null;
  readonly points: readonly Point[];
  readonly checkpoint: Checkpoint | null;
  readonly preferences: PreferencesState;
  readonly layout: Layout;
}

/** What the view asks of the server beside the store. */
export interface Services {
  /** Loads the page anew. */
  reload(): void;
  /** The network of a session file in a format that the server knows; a sentence if that fails. */
  requestModel(format: string, session: string): Promise<Parsed<{ name: string; content: Blob }, string>>;
}

/** Red, green, blue, each 0 to 255. */
export type Rgb = readonly [number, number, number];
