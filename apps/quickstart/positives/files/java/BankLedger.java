import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Double-entry bookkeeping for a small cooperative.
 *
 * <p>Every transaction is a list of postings whose amounts add up to zero. The ledger rejects
 * unbalanced transactions and any transaction that would overdraw a guarded account, and leaves
 * no trace of a rejected one. Balances can be listed at any time for the trial balance.
 */
public final class BankLedger {

    /** A signed amount on one account: positive is a debit, negative is a credit. */
    public record Posting(String account, BigDecimal amount) {
        public static Posting of(String account, String amount) {
            return new Posting(account, new BigDecimal(amount));
        }
    }

    private record Entry(String memo, List<Posting> postings) {}

    private final Map<String, BigDecimal> balances = new LinkedHashMap<>();
    private final Map<String, BigDecimal> floors = new LinkedHashMap<>();
    private final List<Entry> journal = new ArrayList<>();

    /** Opens an account that may hold any balance. */
    public void open(String account) {
        if (balances.putIfAbsent(account, BigDecimal.ZERO) != null) {
            throw new IllegalArgumentException("account already open: " + account);
        }
    }

    /** Opens an account whose balance must never drop below the given floor. */
    public void openGuarded(String account, BigDecimal floor) {
        open(account);
        floors.put(account, floor);
    }

    public void post(String memo, Posting... postings) {
        BigDecimal sum = BigDecimal.ZERO;
        Map<String, BigDecimal> updated = new LinkedHashMap<>();
        for (Posting posting : postings) {
            String account = posting.account();
            BigDecimal current = updated.getOrDefault(account, balance(account));
            updated.put(account, current.add(posting.amount()));
            sum = sum.add(posting.amount());
        }
        if (sum.signum() != 0) {
            throw new IllegalArgumentException("'" + memo + "' is off balance by " + sum);
        }
        updated.forEach((account, amount) -> {
            BigDecimal floor = floors.get(account);
            if (floor != null && amount.compareTo(floor) < 0) {
                throw new IllegalStateException("'" + memo + "' would overdraw " + account);
            }
        });
        balances.putAll(updated);
        journal.add(new Entry(memo, List.of(postings)));
    }

    public BigDecimal balance(String account) {
        BigDecimal balance = balances.get(account);
        if (balance == null) {
            throw new IllegalArgumentException("no such account: " + account);
        }
        return balance;
    }

    public static void main(String[] args) {
        BankLedger ledger = new BankLedger();
        ledger.openGuarded("cash", BigDecimal.ZERO);
        ledger.open("rent");
        ledger.open("dues");
        ledger.post("member dues", Posting.of("cash", "250.00"), Posting.of("dues", "-250.00"));
        ledger.post("office rent", Posting.of("rent", "180.00"), Posting.of("cash", "-180.00"));
        try {
            ledger.post("new desk", Posting.of("rent", "90.00"), Posting.of("cash", "-90.00"));
        } catch (IllegalStateException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
        ledger.balances.forEach((name, amount) -> System.out.printf("%-6s %9s%n", name, amount));
        System.out.println(ledger.journal.size() + " entries");
    }
}
