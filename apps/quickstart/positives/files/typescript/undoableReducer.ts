/**
 * Give any reducer an undo history.
 *
 * A drawing app keeps its state in a pure reducer. The wrapper adds undo and redo without the
 * reducer knowing. Actions that arrive in quick succession and share a merge key, such as the many
 * steps of dragging one shape, form a single history entry.
 */

export type Reducer<S, A> = (state: S, action: A) => S;

export interface History<S> {
  readonly past: readonly S[];
  readonly present: S;
  readonly future: readonly S[];
  readonly mergeKey: string | null;
}

export type HistoryAction<A> =
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  | { readonly type: 'do'; readonly action: A; readonly mergeKey?: string };

export function start<S>(present: S): History<S> {
  return { past: [], present, future: [], mergeKey: null };
}

export function undoable<S, A>(
  reducer: Reducer<S, A>,
  limit = 100,
): Reducer<History<S>, HistoryAction<A>> {
  return (history, command) => {
    const { past, present, future } = history;
    switch (command.type) {
      case 'undo': {
        const previous = past.at(-1);
        if (previous === undefined) return history;
        return {
          past: past.slice(0, -1),
          present: previous,
          future: [present, ...future],
          mergeKey: null,
        };
      }
      case 'redo': {
        const [following, ...rest] = future;
        if (following === undefined) return history;
        return { past: [...past, present], present: following, future: rest, mergeKey: null };
      }
      case 'do': {
        const next = reducer(present, command.action);
        if (Object.is(next, present)) return history;
        const mergeKey = command.mergeKey ?? null;
        const merges = mergeKey !== null && mergeKey === history.mergeKey;
        return {
          past: merges ? past : [...past, present].slice(-limit),
          present: next,
          future: [],
          mergeKey,
        };
      }
    }
  };
}

interface Shape {
  readonly x: number;
  readonly colour: string;
}
type ShapeAction = { move: number } | { paint: string };

const shapeReducer: Reducer<Shape, ShapeAction> = (shape, action) =>
  'move' in action ? { ...shape, x: shape.x + action.move } : { ...shape, colour: action.paint };

const reduce = undoable(shapeReducer);
const commands: HistoryAction<ShapeAction>[] = [
  { type: 'do', action: { paint: 'teal' } },
  { type: 'do', action: { move: 3 }, mergeKey: 'drag-1' },
  { type: 'do', action: { move: 4 }, mergeKey: 'drag-1' },
  { type: 'undo' },
  { type: 'redo' },
  { type: 'undo' },
];
let history = start<Shape>({ x: 0, colour: 'grey' });
for (const command of commands) {
  history = reduce(history, command);
  console.log(command.type.padEnd(5), JSON.stringify(history.present));
}
