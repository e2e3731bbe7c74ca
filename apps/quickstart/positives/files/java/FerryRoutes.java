import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Earliest-arrival planner for a timetable of island ferries.
 *
 * <p>Each sailing leaves one port at a fixed minute of the day and reaches another later. A
 * passenger who changes ferries needs a minimum transfer time. Starting from a port at a given
 * minute, find the connection that arrives soonest at the destination on the same day.
 */
public final class FerryRoutes {

    private static final int TRANSFER_MINUTES = 10;

    public record Sailing(String from, int departs, String to, int arrives) {
        @Override
        public String toString() {
            return String.format("%s %s -> %s %s", clock(departs), from, to, clock(arrives));
        }
    }

    private record State(String port, int minute) {}

    private final Map<String, List<Sailing>> byOrigin = new HashMap<>();

    public FerryRoutes(List<Sailing> timetable) {
        for (Sailing sailing : timetable) {
            byOrigin.computeIfAbsent(sailing.from(), port -> new ArrayList<>())
                    .add(sailing);
        }
    }

    /** Returns the legs in travel order; an empty list means there is no connection. */
    public List<Sailing> plan(String origin, String destination, int earliest) {
        Map<String, Sailing> reachedBy = new HashMap<>();
        Map<String, Integer> best = new HashMap<>(Map.of(origin, earliest));
        Set<String> settled = new HashSet<>();
        PriorityQueue<State> queue = new PriorityQueue<>(Comparator.comparingInt(State::minute));
        queue.add(new State(origin, earliest));
        while (!queue.isEmpty()) {
            State state = queue.remove();
            if (state.port().equals(destination)) {
                return unwind(reachedBy, origin, destination);
            }
            if (!settled.add(state.port())) {
                continue;
            }
            int margin = state.port().equals(origin) ? 0 : TRANSFER_MINUTES;
            for (Sailing leg : byOrigin.getOrDefault(state.port(), List.of())) {
                boolean catchable = leg.departs() >= state.minute() + margin;
                int known = best.getOrDefault(leg.to(), Integer.MAX_VALUE);
                if (catchable && leg.arrives() < known) {
                    best.put(leg.to(), leg.arrives());
                    reachedBy.put(leg.to(), leg);
                    queue.add(new State(leg.to(), leg.arrives()));
                }
            }
        }
        return List.of();
    }

    private static List<Sailing> unwind(Map<String, Sailing> reachedBy, String from, String to) {
        Deque<Sailing> legs = new ArrayDeque<>();
        for (String port = to; !port.equals(from); port = legs.getFirst().from()) {
            legs.addFirst(reachedBy.get(port));
        }
        return List.copyOf(legs);
    }

    private static String clock(int minute) {
        return String.format("%02d:%02d", minute / 60, minute % 60);
    }

    public static void main(String[] args) {
        FerryRoutes routes = new FerryRoutes(List.of(
                new Sailing("Skarv", 480, "Holm", 525), new Sailing("Holm", 530, "Ytre", 600),
                new Sailing("Holm", 550, "Ytre", 615), new Sailing("Skarv", 500, "Ytre", 640)));
        routes.plan("Skarv", "Ytre", 470).forEach(System.out::println);
    }
}
