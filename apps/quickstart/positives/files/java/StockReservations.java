import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Holds shop stock while customers pay.
 *
 * <p>Putting an article in the basket reserves it for a limited time. A reservation is either
 * confirmed, which removes the goods from stock for good, or it lapses and the goods become
 * available again. The current time is passed in, which keeps the class easy to test.
 */
public final class StockReservations {

    private record Hold(String article, int quantity, Instant expires) {}

    private final Map<String, Integer> onHand = new HashMap<>();
    private final Map<Long, Hold> holds = new LinkedHashMap<>();
    private final Duration holdTime;
    private long nextTicket = 1;

    public StockReservations(Duration holdTime) {
        this.holdTime = holdTime;
    }

    public void deliver(String article, int quantity) {
        requirePositive(quantity);
        onHand.merge(article, quantity, Integer::sum);
    }

    public int available(String article, Instant now) {
        dropLapsed(now);
        int held = holds.values().stream()
                .filter(hold -> hold.article().equals(article))
                .mapToInt(Hold::quantity)
                .sum();
        return onHand.getOrDefault(article, 0) - held;
    }

    /** Reserves goods and returns a ticket for {@link #confirm}. */
    public long reserve(String article, int quantity, Instant now) {
        requirePositive(quantity);
        int free = available(article, now);
        if (quantity > free) {
            throw new IllegalStateException("only " + free + " of " + article + " available");
        }
        long ticket = nextTicket++;
        holds.put(ticket, new Hold(article, quantity, now.plus(holdTime)));
        return ticket;
    }

    /** Turns a reservation into a sale; returns false if it has already lapsed. */
    public boolean confirm(long ticket, Instant now) {
        dropLapsed(now);
        Hold hold = holds.remove(ticket);
        if (hold == null) {
            return false;
        }
        onHand.merge(hold.article(), -hold.quantity(), Integer::sum);
        return true;
    }

    /** All holds last equally long, so insertion order is also the order of expiry. */
    private void dropLapsed(Instant now) {
        Iterator<Hold> oldestFirst = holds.values().iterator();
        while (oldestFirst.hasNext() && !oldestFirst.next().expires().isAfter(now)) {
            oldestFirst.remove();
        }
    }

    private static void requirePositive(int quantity) {
        if (quantity <= 0) {
            throw new IllegalArgumentException("quantity must be positive: " + quantity);
        }
    }

    public static void main(String[] args) {
        Instant noon = Instant.parse("2024-03-01T12:00:00Z");
        StockReservations shop = new StockReservations(Duration.ofMinutes(10));
        shop.deliver("lamp", 5);
        long first = shop.reserve("lamp", 3, noon);
        long second = shop.reserve("lamp", 2, noon.plusSeconds(60));
        System.out.println("free: " + shop.available("lamp", noon.plusSeconds(61)));
        System.out.println("sold: " + shop.confirm(first, noon.plusSeconds(120)));
        System.out.println("late: " + shop.confirm(second, noon.plusSeconds(900)));
        System.out.println("free: " + shop.available("lamp", noon.plusSeconds(900)));
    }
}
