import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Simulates one elevator that serves requests in sweeps.
 *
 * <p>The cabin keeps its direction while there are requested floors ahead of it and turns round
 * only when there are none. Moving one floor takes one tick and opening the doors takes two.
 * The simulation records when each request was served, so that waiting times can be studied.
 */
public final class ElevatorDispatch {

    private static final int DOOR_TICKS = 2;

    private enum Direction { UP, DOWN, IDLE }

    /** A served floor and the tick at which the doors began to open. */
    public record Stop(int floor, int tick) {}

    private final TreeSet<Integer> pending = new TreeSet<>();
    private final List<Stop> stops = new ArrayList<>();
    private final int topFloor;
    private int floor;
    private int tick;
    private Direction direction = Direction.IDLE;

    public ElevatorDispatch(int topFloor, int startFloor) {
        this.topFloor = topFloor;
        this.floor = requireFloor(startFloor);
    }

    public void request(int wanted) {
        pending.add(requireFloor(wanted));
    }

    /** Advances the simulation until no request is left. */
    public void runUntilIdle() {
        while (!pending.isEmpty()) {
            step();
        }
        direction = Direction.IDLE;
    }

    private void step() {
        if (pending.remove(floor)) {
            stops.add(new Stop(floor, tick));
            tick += DOOR_TICKS;
            return;
        }
        direction = chooseDirection();
        floor += direction == Direction.UP ? 1 : -1;
        tick++;
    }

    private Direction chooseDirection() {
        Integer above = pending.higher(floor);
        Integer below = pending.lower(floor);
        return switch (direction) {
            case UP -> above != null ? Direction.UP : Direction.DOWN;
            case DOWN -> below != null ? Direction.DOWN : Direction.UP;
            case IDLE -> {
                if (above == null) {
                    yield Direction.DOWN;
                }
                boolean upIsNearer = below == null || above - floor <= floor - below;
                yield upIsNearer ? Direction.UP : Direction.DOWN;
            }
        };
    }

    private int requireFloor(int candidate) {
        return Objects.checkIndex(candidate, topFloor + 1);
    }

    public static void main(String[] args) {
        ElevatorDispatch elevator = new ElevatorDispatch(12, 5);
        for (int wanted : new int[] {9, 2, 6, 11, 0}) {
            elevator.request(wanted);
        }
        elevator.runUntilIdle();
        for (Stop stop : elevator.stops) {
            System.out.printf("tick %2d: floor %d%n", stop.tick(), stop.floor());
        }
    }
}
