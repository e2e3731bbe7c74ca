import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Builds a weekly duty roster for a clinic.
 *
 * <p>Each shift has a start and an end hour counted from Monday midnight and needs one nurse with
 * a certain skill. A nurse must rest for eleven hours between shifts and may not exceed the
 * contract hours. Shifts are filled in order of start; among the eligible nurses the one with the
 * lowest share of contract hours used is chosen, so that work is spread fairly.
 */
public final class ShiftRoster {

    private static final int REST_HOURS = 11;

    public record Nurse(String name, int contractHours, List<String> skills) {}

    public record Shift(String label, int start, int end, String skill) {
        int length() {
            return end - start;
        }
    }

    private static final class Workload {
        int hours;
        int freeFrom = Integer.MIN_VALUE;
    }

    private final List<Nurse> nurses;
    private final Map<Nurse, Workload> loads = new HashMap<>();

    public ShiftRoster(List<Nurse> nurses) {
        this.nurses = List.copyOf(nurses);
        nurses.forEach(nurse -> loads.put(nurse, new Workload()));
    }

    /** Assigns shifts greedily; shifts nobody can take map to an empty value. */
    public Map<Shift, Optional<Nurse>> assign(List<Shift> shifts) {
        List<Shift> ordered = new ArrayList<>(shifts);
        ordered.sort(Comparator.comparingInt(Shift::start).thenComparing(Shift::label));
        Map<Shift, Optional<Nurse>> roster = new LinkedHashMap<>();
        for (Shift shift : ordered) {
            Optional<Nurse> chosen = nurses.stream()
                    .filter(nurse -> canTake(nurse, shift))
                    .min(Comparator.comparingDouble(this::usedShare).thenComparing(Nurse::name));
            chosen.ifPresent(nurse -> book(nurse, shift));
            roster.put(shift, chosen);
        }
        return roster;
    }

    private boolean canTake(Nurse nurse, Shift shift) {
        Workload load = loads.get(nurse);
        return nurse.skills().contains(shift.skill())
                && shift.start() >= load.freeFrom
                && load.hours + shift.length() <= nurse.contractHours();
    }

    private double usedShare(Nurse nurse) {
        return (double) loads.get(nurse).hours / nurse.contractHours();
    }

    private void book(Nurse nurse, Shift shift) {
        Workload load = loads.get(nurse);
        load.hours += shift.length();
        load.freeFrom = shift.end() + REST_HOURS;
    }

    public static void main(String[] args) {
        ShiftRoster roster = new ShiftRoster(List.of(
                new Nurse("Ines", 36, List.of("ward", "triage")),
                new Nurse("Omar", 24, List.of("ward"))));
        roster.assign(List.of(
                new Shift("Mon early", 6, 14, "ward"),
                new Shift("Mon late", 14, 22, "triage"),
                new Shift("Mon night", 22, 30, "ward"),
                new Shift("Tue early", 30, 38, "ward")))
            .forEach((shift, nurse) -> System.out.printf("%-10s %s%n", shift.label(),
                    nurse.map(Nurse::name).orElse("** open **")));
    }
}
